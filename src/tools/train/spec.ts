/** The part of a specification that every training run has: plain JSON that decides the result. */
import { TweedieError } from '../../errors.ts'
import type { AdapterConfig } from '../../engine/nn/adapters.ts'
import type { DataSource } from '../../files/data/source.ts'
import { type AverageSpec, widestAverage } from './average.ts'

/** How long to train: exactly one of the three. */
export type Budget = { readonly steps: number } | { readonly epochs: number } | { readonly minutes: number }

/** Low-rank adapters of a model that stays as it is. */
export interface LoraSpec extends AdapterConfig {
  /** Whether the text encoders are adapted as well. */
  readonly text?: boolean | undefined
  /** The model: the absolute path of its folder, none for one in memory; and a digest of its weights. */
  readonly base: { readonly path?: string | undefined; readonly sum: string }
}

/** A word of a model that stays as it is. */
export interface WordSpec {
  /** The word as captions and prompts have it: `<icon>`. */
  readonly token: string
  /** How many vectors it has: so many places of a text. */
  readonly vectors: number
  /** The word whose vectors it begins with; by default the mean of all. */
  readonly from?: string | undefined
  /** The model, as in {@link LoraSpec}. */
  readonly base: LoraSpec['base']
}

/** Data that keep a model from forgetting what it knew. */
export interface PriorSpec {
  /** Where they come from, and a digest of them. */
  readonly data: DataSource
  readonly digest: string
  /** λ: how much their items count. */
  readonly weight: number
}

/** What every training run has. Two runs of the same specification on the same data give the same weights, bit for bit. */
export interface BaseSpec {
  /** The seed of the initial weights, the order of the data, times, noise and flips. */
  readonly seed: number
  /** Items to a step, or to each of {@link accumulate} parts of it. */
  readonly batch: number
  /** A step's gradient is the mean over so many batches, as if there were one so many times as large; default 1. */
  readonly accumulate?: number | undefined
  readonly budget: Budget
  /**
   * `int8`: large convolutions and their gradients in the input multiply in eight bits, which is faster on processors with integer
   * dot products. Default: `float32`.
   */
  readonly arithmetic?: 'float32' | 'int8' | undefined
  /** Whether the loss of held-out items is watched, and the averaged weights that are best on them are the model. */
  readonly keepBest?: boolean | undefined
  readonly network: { readonly className: string; readonly config: Readonly<Record<string, unknown>> }
  /** The low-rank adapters that learn in place of all weights, if it is so. */
  readonly lora?: LoraSpec | undefined
  /** The word that learns in place of all weights, if it is so. */
  readonly word?: WordSpec | undefined
  /** Further data that half of every step's items are of, if there are any. */
  readonly prior?: PriorSpec | undefined
  readonly optimizer: {
    /** `adamw` (default), `sgd` or `muon`; of one of your own, which is passed beside the specification, its name. */
    readonly name?: string | undefined
    /** Of AdamW, and of what Muon leaves to it: memory of the gradient's mean and of its square; default [0.9, 0.99]. */
    readonly betas?: readonly [number, number] | undefined
    /** Of both: added to the denominator; default 1e-8. */
    readonly epsilon?: number | undefined
    /** Of SGD and Muon: memory of past gradients, in [0, 1); default 0, of Muon 0.95. */
    readonly momentum?: number | undefined
    /** Of SGD and Muon: look-ahead by one step of the velocity; default false, of Muon true. */
    readonly nesterov?: boolean | undefined
    /** The highest learning rate. */
    readonly rate: number
    /** Steps of linear warm-up. */
    readonly warmup: number
    /** The learning rate after warm-up: a constant, or half a cosine down to zero at the end of the budget. */
    readonly decay: 'constant' | 'cosine'
    readonly weightDecay: number
    /** Longer gradients are shortened to this norm. */
    readonly clipNorm: number
    /** The running average of the weights: its decay, approached from below; or its width as a share of the training so far. */
    readonly ema: AverageSpec
  }
}

/** Items to a step, all of its batches together. */
export function itemsPerStep({ batch, accumulate = 1 }: Pick<BaseSpec, 'batch' | 'accumulate'>): number {
  return batch * accumulate
}

/**
 * Refuses impossible numbers.
 *
 * @throws TweedieError `usage` that names the field
 */
export function checkBaseSpec({ batch, accumulate = 1, budget, optimizer, seed }: BaseSpec): void {
  const { rate, clipNorm, ema, warmup, weightDecay } = optimizer
  requirePositive({ batch, accumulate, ...budget, rate, clipNorm })
  if (typeof ema === 'number') requireShare('ema', ema)
  else if (!(ema.width > 0 && ema.width <= widestAverage)) {
    throw new TweedieError(
      'usage',
      `the width of the average is ${ema.width}: must be above 0 and at most ${widestAverage}`,
    )
  }
  for (const [name, value] of Object.entries({ warmup, 'weight decay': weightDecay })) {
    if (!(value >= 0 && Number.isFinite(value))) {
      throw new TweedieError('usage', `${name} is ${value}: must not be negative`)
    }
  }
  for (const [name, value] of Object.entries({ batch, accumulate, warmup, seed })) {
    if (!Number.isSafeInteger(value)) throw new TweedieError('usage', `${name} is ${value}: must be a whole number`)
  }
}

/** @throws TweedieError `usage` for a number that is not above 0 */
export function requirePositive(numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new TweedieError('usage', `${name} is ${value}: must be a positive number`)
    }
  }
}

/** @throws TweedieError `usage` for a number outside [0, 1) */
export function requireShare(name: string, value: number): void {
  if (!(value >= 0 && value < 1)) {
    throw new TweedieError('usage', `${name} is ${value}: must be at least 0 and less than 1`)
  }
}
