/** What a training run is: everything that decides its result, as plain JSON. */
import { type ObjectiveSpec, objectiveOf } from '../denoise/objective-spec.ts'
import type { DiscreteSpec } from '../discrete/spec.ts'
import { TweedieError } from '../errors.ts'
import { type NoiseSpec, scheduleOfNoise } from '../noise/named.ts'

/** How long to train: exactly one of the three. */
export type Budget = { readonly steps: number } | { readonly epochs: number } | { readonly minutes: number }

/** What every training run has. Two runs of the same specification on the same data give the same weights, bit for bit. */
interface SharedSpec {
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

/** A training run on images, points or any other numbers, with Gaussian noise. */
export interface TrainSpec extends SharedSpec {
  /** Pixels along a patch's side (see `../data/frame.ts`). */
  readonly patch: number
  readonly objective: ObjectiveSpec & {
    /** The probability with which a label is replaced by "no class". */
    readonly labelDropout: number
  }
  /** A table of noise levels, or a schedule in continuous time. */
  readonly noise: NoiseSpec
  /** Whether images are mirrored at random. */
  readonly flip: boolean
}

/** A training run on tokens: text, maps of classes, tables of categories. */
export interface TokenTrainSpec extends SharedSpec {
  /** How tokens are corrupted, and which bound is minimised. */
  readonly process: DiscreteSpec
  /** The probability with which a label is replaced by "no class". */
  readonly labelDropout: number
}

/** A training run on tokens as noisy embeddings, which are learned with the network (Diffusion-LM). */
export interface EmbeddedTrainSpec extends SharedSpec {
  readonly embeddings: {
    /** How embeddings are noised; what it has at time 0 is the noise in which x₀ lies around its embedding. */
    readonly noise: NoiseSpec
  }
}

/** Any training run. */
export type AnyTrainSpec = TrainSpec | TokenTrainSpec | EmbeddedTrainSpec

/** Whether a run is on tokens, by a discrete process. */
export function isTokenSpec(spec: AnyTrainSpec): spec is TokenTrainSpec {
  return 'process' in spec
}

/** Whether a run is on tokens, as noisy embeddings. */
export function isEmbeddedSpec(spec: AnyTrainSpec): spec is EmbeddedTrainSpec {
  return 'embeddings' in spec
}

/** How a run adds Gaussian noise, if it does. */
export function noiseOfSpec(spec: AnyTrainSpec): NoiseSpec | undefined {
  if (isTokenSpec(spec)) return undefined
  return isEmbeddedSpec(spec) ? spec.embeddings.noise : spec.noise
}

/**
 * Refuses numbers that cannot be meant.
 *
 * @throws TweedieError `usage` that names the field
 */
export function checkSpec(spec: AnyTrainSpec): void {
  const noise = noiseOfSpec(spec)
  const positive = {
    batch: spec.batch,
    ...spec.budget,
    ...(noise && 'table' in noise && { levels: noise.levels }),
    rate: spec.optimizer.rate,
    clipNorm: spec.optimizer.clipNorm,
  }
  for (const [name, value] of Object.entries(positive)) {
    if (!(value > 0 && Number.isFinite(value)))
      throw new TweedieError('usage', `${name} is ${value}: must be a positive number`)
  }
  for (const [name, value] of Object.entries({
    'label dropout': labelDropoutOf(spec),
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
  const schedule = noise && scheduleOfNoise(noise)
  if ('objective' in spec) objectiveOf(spec.objective, schedule!)
}

/** The probability with which a label is replaced by "no class". */
export function labelDropoutOf(spec: AnyTrainSpec): number {
  if (isEmbeddedSpec(spec)) return 0
  return isTokenSpec(spec) ? spec.labelDropout : spec.objective.labelDropout
}
