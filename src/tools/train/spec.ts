/** What every training run has in its specification: everything that decides its result, as plain JSON. */
import { TweedieError } from '../../errors.ts'

/** How long to train: exactly one of the three. */
export type Budget = { readonly steps: number } | { readonly epochs: number } | { readonly minutes: number }

/** What every training run has. Two runs of the same specification on the same data give the same weights, bit for bit. */
export interface BaseSpec {
  /** Decides the first weights, the order of the data, times, noise and flips. */
  readonly seed: number
  /** Items to a step. */
  readonly batch: number
  readonly budget: Budget
  readonly network: { readonly className: string; readonly config: Readonly<Record<string, unknown>> }
  readonly optimizer: {
    /** The highest learning rate. */
    readonly rate: number
    /** Steps of linear warm-up. */
    readonly warmup: number
    /** What follows it: a constant, or half a cosine down to zero at the end of the budget. */
    readonly decay: 'constant' | 'cosine'
    readonly weightDecay: number
    /** Longer gradients are shortened to this norm. */
    readonly clipNorm: number
    /** The decay of the running average of the weights, approached from below. */
    readonly ema: number
  }
}

/**
 * Refuses numbers that cannot be meant.
 *
 * @throws TweedieError `usage` that names the field
 */
export function checkBaseSpec({ batch, budget, optimizer, seed }: BaseSpec): void {
  const { rate, clipNorm, ema, warmup, weightDecay } = optimizer
  requirePositive({ batch, ...budget, rate, clipNorm })
  requireShare('ema', ema)
  for (const [name, value] of Object.entries({ warmup, 'weight decay': weightDecay })) {
    if (!(value >= 0 && Number.isFinite(value))) {
      throw new TweedieError('usage', `${name} is ${value}: must not be negative`)
    }
  }
  for (const [name, value] of Object.entries({ batch, warmup, seed })) {
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
