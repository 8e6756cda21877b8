/** What a training run is: everything that decides its result, as plain JSON. */
import { type ObjectiveSpec, objectiveOf } from '../denoise/objective-spec.ts'
import { TweedieError } from '../errors.ts'
import { type NoiseSpec, scheduleOfNoise } from '../noise/named.ts'

/** How long to train: exactly one of the three. */
export type Budget = { readonly steps: number } | { readonly epochs: number } | { readonly minutes: number }

/** A training run. Two runs of the same specification on the same data give the same weights, bit for bit. */
export interface TrainSpec {
  /** Decides the first weights, the order of the data, times, noise and flips. */
  readonly seed: number
  /** Items to a step. */
  readonly batch: number
  readonly budget: Budget
  readonly network: { readonly className: string; readonly config: Readonly<Record<string, unknown>> }
  /** Pixels along a patch's side (see `../data/frame.ts`). */
  readonly patch: number
  readonly objective: ObjectiveSpec & {
    /** The probability with which a label is replaced by "no class". */
    readonly labelDropout: number
  }
  /** A table of noise levels, or a schedule in continuous time. */
  readonly noise: NoiseSpec
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
  /** Whether images are mirrored at random. */
  readonly flip: boolean
}

/**
 * Refuses numbers that cannot be meant.
 *
 * @throws TweedieError `usage` that names the field
 */
export function checkSpec(spec: TrainSpec): void {
  const positive = {
    batch: spec.batch,
    ...spec.budget,
    ...('table' in spec.noise && { levels: spec.noise.levels }),
    rate: spec.optimizer.rate,
    clipNorm: spec.optimizer.clipNorm,
  }
  for (const [name, value] of Object.entries(positive)) {
    if (!(value > 0 && Number.isFinite(value)))
      throw new TweedieError('usage', `${name} is ${value}: must be a positive number`)
  }
  for (const [name, value] of Object.entries({
    'label dropout': spec.objective.labelDropout,
    ema: spec.optimizer.ema,
  })) {
    if (!(value >= 0 && value < 1))
      throw new TweedieError('usage', `${name} is ${value}: must be at least 0 and less than 1`)
  }
  for (const [name, value] of Object.entries({
    warmup: spec.optimizer.warmup,
    'weight decay': spec.optimizer.weightDecay,
  })) {
    if (!(value >= 0 && Number.isFinite(value)))
      throw new TweedieError('usage', `${name} is ${value}: must not be negative`)
  }
  for (const [name, value] of Object.entries({ batch: spec.batch, warmup: spec.optimizer.warmup, seed: spec.seed })) {
    if (!Number.isSafeInteger(value)) throw new TweedieError('usage', `${name} is ${value}: must be a whole number`)
  }
  objectiveOf(spec.objective, scheduleOfNoise(spec.noise))
}
