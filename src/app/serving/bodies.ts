/** What is asked of a server of models, and what it answers. */

/** A picture as a data URL or the base64 of its file; the base64 of a `.npy` file; or the numbers of one item, as the model has them. */
export type SentItem = string | readonly number[]

/** A request for samples. Further fields are options of the model's family, by the names that the library has for them. */
export interface DrawBody {
  /** How many; default 1. */
  readonly count?: number | undefined
  /** Equal seeds give equal results; default 0. */
  readonly seed?: number | string | undefined
  /** Steps of the sampler. */
  readonly steps?: number | undefined
  /** Pictures that options name, such as `mask`. */
  readonly pictures?: Readonly<Record<string, SentItem>> | undefined
  readonly [option: string]: unknown
}

/** A request that begins with an item. */
export interface ItemBody extends DrawBody {
  readonly item: SentItem
}

/** A request for the latents of an item, or for the item behind latents. */
export interface WalkBody {
  readonly item: SentItem
  readonly steps?: number | undefined
  readonly pictures?: Readonly<Record<string, SentItem>> | undefined
  readonly [option: string]: unknown
}

/** An item that was made. */
export interface MadeItem {
  readonly class?: string | undefined
  readonly caption?: string | undefined
  readonly text?: string | undefined
  /** The picture, as base64 of a PNG. */
  readonly png?: string | undefined
  /** The numbers, of items that are no pictures and no texts. */
  readonly values?: readonly number[] | undefined
}

/** What was made. */
export interface MadeAnswer {
  readonly count: number
  /** `[count, ...item]`. */
  readonly shape: readonly number[]
  /** What decided the result. */
  readonly how: Readonly<Record<string, unknown>>
  readonly items: readonly MadeItem[]
}

/** A model that is served. */
export interface ModelAnswer {
  readonly name: string
  readonly family?: string | undefined
  readonly of?: string | undefined
  /** Whether it is open now. */
  readonly open: boolean
  /** Bytes of its weights. */
  readonly bytes: number
}

/** More about a model. */
export interface DescribedAnswer extends ModelAnswer {
  /** The shape of an item. */
  readonly shape: readonly number[]
  readonly classNames: readonly string[]
  readonly can: readonly string[]
  readonly facts: Readonly<Record<string, unknown>>
}

/** The models. */
export interface ModelsAnswer {
  readonly models: readonly ModelAnswer[]
}

/** A tensor of the Open Inference Protocol. Without `data`, its bytes follow the JSON, `parameters.binary_data_size` of them. */
export interface InferTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly datatype: string
  readonly parameters?: Readonly<Record<string, unknown>> | undefined
  readonly data?: unknown
}

/** A request of the Open Inference Protocol. */
export interface InferBody {
  readonly id?: string | undefined
  readonly parameters?: Readonly<Record<string, unknown>> | undefined
  readonly inputs: readonly InferTensor[]
  readonly outputs?:
    | readonly { readonly name: string; readonly parameters?: Readonly<Record<string, unknown>> | undefined }[]
    | undefined
}

/** What a server says of the network of a model; −1 is a free size. */
export interface InferMetadata {
  readonly name: string
  readonly versions: readonly string[]
  readonly platform: string
  readonly inputs: readonly Pick<InferTensor, 'name' | 'datatype' | 'shape'>[]
  readonly outputs: readonly Pick<InferTensor, 'name' | 'datatype' | 'shape'>[]
}

/** An answer of the Open Inference Protocol. */
export interface InferAnswer extends Pick<InferBody, 'id'> {
  readonly model_name: string
  readonly model_version?: string | undefined
  readonly outputs: readonly InferTensor[]
}

/** A request for what items cost; further fields are options of `tweedie eval` for likelihoods. */
export interface BoundBody {
  readonly items: readonly SentItem[]
  /** The class of all items, or of each in turn. */
  readonly class?: string | number | readonly (string | number)[] | undefined
  readonly seed?: number | string | undefined
  readonly [option: string]: unknown
}

/** What items cost: −log p of each, or what that is at most, by how it was found. */
export interface BoundAnswer {
  readonly count: number
  /** Numbers of an item. */
  readonly dimensions: number
  readonly items: readonly {
    readonly nats: Readonly<Record<string, number>>
    readonly bitsPerDim: Readonly<Record<string, number>>
  }[]
}

/** Problem details, RFC 9457. */
export interface ProblemAnswer {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly hint?: string | undefined
}
