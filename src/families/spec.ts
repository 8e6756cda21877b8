/** What a training run is: everything that decides its result, as plain JSON. */
import { type ObjectiveSpec, objectiveOf } from '../diffusion/denoise/objective-spec.ts'
import type { DiscreteSpec } from '../diffusion/discrete/spec.ts'
import { type NoiseSpec, scheduleOfNoise } from '../diffusion/noise/named.ts'
import { type BaseSpec, checkBaseSpec, requirePositive, requireShare } from '../tools/train/spec.ts'

export type { BaseSpec, Budget } from '../tools/train/spec.ts'

/** A training run on images, points or any other numbers, with Gaussian noise. */
export interface TrainSpec extends BaseSpec {
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
export interface TokenTrainSpec extends BaseSpec {
  /** How tokens are corrupted, and which bound is minimised. */
  readonly process: DiscreteSpec
  /** The probability with which a label is replaced by "no class". */
  readonly labelDropout: number
}

/** A training run on tokens as noisy embeddings, which are learned with the network (Diffusion-LM). */
export interface EmbeddedTrainSpec extends BaseSpec {
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
  checkBaseSpec(spec)
  requirePositive(noise && 'table' in noise ? { levels: noise.levels } : {})
  requireShare('label dropout', labelDropoutOf(spec))
  const schedule = noise && scheduleOfNoise(noise)
  if ('objective' in spec) objectiveOf(spec.objective, schedule!)
}

/** The probability with which a label is replaced by "no class". */
export function labelDropoutOf(spec: AnyTrainSpec): number {
  if (isEmbeddedSpec(spec)) return 0
  return isTokenSpec(spec) ? spec.labelDropout : spec.objective.labelDropout
}
