/** What is asked of a model, and what its abilities answer. */
import type { FieldObservation } from '../files/data/fields/observations.ts'
import type { TrajectoryDataset } from '../files/data/trajectory.ts'
import type { Item } from './access.ts'

/** Items whose cost is asked for. */
export interface AskedItems {
  /** Each a picture, or values of one item or several. */
  readonly items: readonly Item[]
  /** Their classes in turn, by name or number; without them "no class", if the model has that. */
  readonly class?: unknown
}

/** What items cost under a model. Less is likelier. */
export interface ItemBounds {
  readonly count: number
  /** Numbers of an item. */
  readonly dimensions: number
  /**
   * Nats of each item in the data's own values (of images of bytes: of the bytes), by how they were found. `bound`: −log p is at most so
   * much, by the variational bound; `importance`: the same, by the importance-weighted one; `flow`: by the probability flow; `exact`: by the change of variables of a normalising flow.
   */
  readonly nats: Readonly<Record<string, Float64Array>>
  /** The same in bits per dimension. */
  readonly bitsPerDim: Readonly<Record<string, Float64Array>>
}

/** Answers for the rows of a table, in their order. */
export interface Predictions {
  /** Columns of answers, a cell for each row: numbers, or texts of classes. */
  readonly columns: readonly { readonly name: string; readonly values: readonly (number | string)[] }[]
  /** Draws of the answer, `shape` is `[rows, draws]`, or `[rows, draws, classes]`. */
  readonly samples: { readonly shape: readonly number[]; readonly data: Float32Array }
  readonly facts: Readonly<Record<string, unknown>>
  /** What was said of rows, a sentence each. */
  readonly remarks: readonly string[]
  /** How they were made, in a few words. */
  readonly howText: string
}

/** What is known of a trajectory: one of them at least. */
export interface AssimilationData {
  readonly observations?: readonly FieldObservation[] | undefined
  /** Whole fields at some times. */
  readonly given?: TrajectoryDataset | undefined
}

/** A sampler as one file. */
export interface ExportedSampler {
  readonly bytes: Uint8Array
  /** The names and shapes of what goes in and out, in words. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** How it did beside ours; left out if no items were to be tried. */
  readonly trial?: FileTrial | undefined
}

/** The same items by a file and by us. */
export interface FileTrial {
  readonly items: number
  /** The largest difference of two values. */
  readonly difference: number
  /** The shortest time of the file, and ours, measured in turns. */
  readonly seconds: number
  readonly ours: number
}

/** Where a field is asked for. */
export interface FieldRequest {
  /** `[n, ...item]`, noisy data in the units of the data. */
  readonly points: Float32Array
  /** In (0, 1]. */
  readonly time: number
  /** A class by name or number; without one "no class", if the model has that. */
  readonly class?: number | string | undefined
}

/** The posterior mean and the score at some places, each `[n, ...item]`, in the units of the data. */
export interface FieldValues {
  /** E[x₀ | x_t]. */
  readonly denoised: Float32Array
  /** ∇ log p_t. */
  readonly score: Float32Array
}

/** Samplers for people, as a table, and for programs. */
export interface SamplerList {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly facts: readonly Readonly<Record<string, unknown>>[]
}

/** A line of a table for people; left out without a value. */
export type Row = readonly [name: string, value: string | undefined]

/** The same for machines and for people. */
export interface Description {
  readonly facts: Readonly<Record<string, unknown>>
  readonly rows: readonly Row[]
}

/** The result of an evaluation. */
export interface Judgement {
  readonly facts: Readonly<Record<string, unknown>>
  readonly text: string
  /** Reasons to trust the figures less. */
  readonly remarks: readonly string[]
  /** How they were made, in a few words: `seed 0, dpm++-2m, 20 steps`. */
  readonly howText: string
}
