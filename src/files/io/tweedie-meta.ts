/** `tweedie.json`: the facts about a model that diffusers has no place for. */
import * as z from 'zod/mini'
import { TweedieError } from '../../errors.ts'
import type { Json } from './json.ts'
import { parseConfig } from './parse-config.ts'

/** The version of the layout of `tweedie.json` that this code writes, and the newest that it reads. */
export const formatVersion = 1

/** The content of `tweedie.json`, all fields present. */
export interface TweedieMeta {
  /** The layout of this file. */
  readonly format: number
  /** The tweedie that wrote it. */
  readonly version: string
  /** The family of the model; missing in older folders. */
  readonly family?: string | undefined
  readonly data: TweedieMetaData
  readonly objective: TweedieMetaObjective
  /** The noise schedule if `scheduler_config.json` cannot express it: a name and its numbers. */
  readonly schedule: JsonRecord | null
  /** For models of tokens: the discrete process that they are trained on (`DiscreteSpec`). */
  readonly process: JsonRecord | null
  /** The training record: seed, steps, batch, minutes, final loss, … */
  readonly training: JsonRecord
  /** How it is sampled unless told otherwise. */
  readonly sampler: TweedieMetaSampler
  /** Facts about its parts by name, if it has several. */
  readonly parts?: Readonly<Record<string, TweedieMetaPart>> | undefined
  /** Of a folder that holds adapters and no networks: the model that they belong to. */
  readonly adapters?: TweedieMetaAdapters | undefined
  /** Of a folder that holds a word and no networks: the model that it belongs to. */
  readonly word?: TweedieMetaWord | undefined
  /** A digest of the save that this file belongs to; written by the model folder itself. */
  readonly save?: string | undefined
}

/** The same as input: fields with a default may be left out. */
export type TweedieMetaInput = Partial<Omit<TweedieMeta, 'data' | 'objective'>> & {
  readonly data: Defaults<TweedieMetaData, 'range' | 'patch' | 'classNames' | 'unconditionalLabel'>
  readonly objective: Defaults<TweedieMetaObjective, 'weighting' | 'labelDropout'>
}

/** The data of the model. Unknown fields are kept. */
export interface TweedieMetaData {
  readonly name: string
  /** `image`, `points`, `series`, `text`, … */
  readonly kind: string
  /** One sample's shape before {@link patch}, such as `[channels, height, width]`. */
  readonly shape: number[]
  /** The range of the raw data that the network sees as [-1, 1]; `null` if values are unchanged. */
  readonly range: [low: number, high: number] | null
  /** Space-to-depth factor p: the network sees `[channels · p², height / p, width / p]`. */
  readonly patch: number
  /** The names of the classes, by label; `null` without classes. */
  readonly classNames: string[] | null
  /** The label that means "no class", for classifier-free guidance. */
  readonly unconditionalLabel: number | null
  readonly [other: string]: unknown
}

/** The objective of training. Unknown fields are kept. */
export interface TweedieMetaObjective {
  /** What the network predicts: `epsilon`, `x0`, `v`, `score`, `flow`, `edm`, … */
  readonly parametrisation: string
  readonly weighting: string
  /** The probability with which a label was dropped in training. */
  readonly labelDropout: number
  readonly [other: string]: unknown
}

/** The default sampling settings. Unknown fields are kept. */
export interface TweedieMetaSampler {
  /** A sampler's name, or `scheduler` for that of `scheduler_config.json`; default DPM-Solver++(2M). */
  readonly sampler?: string | undefined
  /** How many steps; default 20. */
  readonly steps?: number | undefined
  /**
   * How the steps are laid out: a spacing by name, or `scheduler` for that of `scheduler_config.json`; the default
   * depends on the noise.
   */
  readonly spacing?: string | undefined
  /** Of a model that learned to sample in these steps only: their times, falling from noise to 0, one more than steps. */
  readonly times?: readonly number[] | undefined
  /** The w of classifier-free guidance; default 0. */
  readonly guidance?: number | undefined
  readonly [other: string]: unknown
}

/** Facts about a part of a model. */
export interface TweedieMetaPart {
  /** Whether training leaves it unchanged; default no. */
  readonly frozen?: boolean | undefined
  /** A digest of the part's files; written by the model folder itself. */
  readonly digest?: string | undefined
}

/** Low-rank adapters of another model. */
export interface TweedieMetaAdapters {
  /** The folder of the model: its absolute path, and that from the folder of the adapters; a digest of its weights. */
  readonly base: { readonly path: string; readonly relative?: string | undefined; readonly sum: string }
  readonly rank: number
  readonly alpha: number
  /** Which layers were adapted: `attention`, `linear`, `all`, or parts of their names. */
  readonly targets: readonly string[]
  /** Whether the text encoders are adapted as well. */
  readonly text?: boolean | undefined
  /** A checksum of the file of adapters; written by the folder itself. */
  readonly sum: string
}

/** A word of another model. */
export interface TweedieMetaWord {
  /** The model, as {@link TweedieMetaAdapters} has it. */
  readonly base: TweedieMetaAdapters['base']
  readonly token: string
  readonly vectors: number
  /** The word that it began as, if there was one. */
  readonly from?: string | undefined
  /** A checksum of the file of vectors; written by the folder itself. */
  readonly sum: string
}

type JsonRecord = Record<string, Json>

/** With fields that have a default. */
type Defaults<T, Field extends keyof T> = { readonly [K in keyof T as K extends Field ? never : K]: T[K] } & {
  readonly [K in Field]?: T[K] | undefined
}

const json: z.ZodMiniType<Json> = z.json()
const record = z.record(z.string(), json)

const schema = z.object({
  format: z._default(z.int().check(z.positive(), z.maximum(formatVersion)), formatVersion),
  version: z._default(z.string(), '0.0.0'),
  family: z.optional(z.string()),
  data: z.looseObject({
    name: z.string(),
    kind: z.string(),
    shape: z.array(z.int().check(z.positive())).check(z.minLength(1)),
    range: z._default(
      z.nullable(
        z.tuple([z.number(), z.number()]).check(z.refine(([low, high]) => low < high, 'expected [low, high]')),
      ),
      null,
    ),
    patch: z._default(z.int().check(z.positive()), 1),
    classNames: z._default(z.nullable(z.array(z.string())), null),
    unconditionalLabel: z._default(z.nullable(z.int().check(z.minimum(0))), null),
  }),
  objective: z.looseObject({
    parametrisation: z.string(),
    weighting: z._default(z.string(), 'uniform'),
    labelDropout: z._default(z.number().check(z.minimum(0), z.maximum(1)), 0),
  }),
  schedule: z._default(z.nullable(record), null),
  process: z._default(z.nullable(record), null),
  training: z._default(record, {}),
  sampler: z._default(
    z.looseObject({
      sampler: z.optional(z.string()),
      steps: z.optional(z.int().check(z.positive(), z.maximum(100_000))),
      spacing: z.optional(z.string()),
      times: z.optional(z.array(z.number().check(z.minimum(0), z.maximum(1))).check(z.minLength(2), z.maxLength(1001))),
      guidance: z.optional(z.number()),
    }),
    {},
  ),
  parts: z.optional(
    z.record(z.string(), z.object({ frozen: z.optional(z.boolean()), digest: z.optional(z.string()) })),
  ),
  adapters: z.optional(
    z.looseObject({
      base: z.looseObject({ path: z.string(), relative: z.optional(z.string()), sum: z.string() }),
      rank: z.int().check(z.positive()),
      alpha: z.number().check(z.positive()),
      targets: z.array(z.string()),
      text: z.optional(z.boolean()),
      sum: z.string(),
    }),
  ),
  word: z.optional(
    z.looseObject({
      base: z.looseObject({ path: z.string(), relative: z.optional(z.string()), sum: z.string() }),
      token: z.string(),
      vectors: z.int().check(z.positive()),
      from: z.optional(z.string()),
      sum: z.string(),
    }),
  ),
  save: z.optional(z.string()),
})

/** Checks the content of `tweedie.json` and fills in its defaults. */
export function parseTweedieMeta(value: unknown, source = 'tweedie.json'): TweedieMeta {
  const { format } = parseConfig(z.looseObject({ format: z._default(z.int().check(z.positive()), 1) }), value, source)
  if (format > formatVersion) {
    throw new TweedieError('model', `${source}: format ${format} is newer than this tweedie reads (${formatVersion})`, {
      hint: 'update tweedie: npm install tweedie@latest',
    })
  }
  return parseConfig(schema, value, source)
}
