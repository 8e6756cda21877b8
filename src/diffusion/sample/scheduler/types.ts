/** What a scheduler is made of. */
import type { Denoiser } from '../../denoise/denoiser.ts'
import type { ParametrisationName } from '../../denoise/parametrisation.ts'
import type { Schedule } from '../../noise/schedule.ts'
import type { NoiseTable } from '../../noise/table.ts'
import type { Sampler } from '../sampler.ts'

/** How the denoised mean is clipped to the range of the data. */
export type Clip =
  | { readonly kind: 'range'; readonly range: readonly [low: number, high: number] }
  /** Dynamic thresholding by the quantile `ratio`, up to `max`. */
  | { readonly kind: 'threshold'; readonly ratio: number; readonly max: number }

/** Which variance DDPM's steps have. */
export type StepVariance = 'small' | 'large' | 'learned'

/** What a scheduler is made of. */
export interface SchedulerParts {
  readonly schedule: Schedule
  /** The β table; flows and score models have none. */
  readonly table: NoiseTable | undefined
  /** What the network predicts. */
  readonly kind: ParametrisationName
  readonly sampler: Sampler
  /** The variance by the options, if `ddpm` is the sampler. */
  readonly variance: StepVariance
  /** The clipping or thresholding by the options; null: none. */
  readonly clip: Clip | null
  /** Adds it to a denoiser. */
  project(denoiser: Denoiser): Denoiser
  /** The grid of this many steps. */
  times(steps: number): number[]
  /** The network's number for time t, diffusers' timestep. */
  level(t: number): number
}

/** The parts that depend on the kind of noise. */
export type NoiseParts = Pick<SchedulerParts, 'schedule' | 'table' | 'kind' | 'times' | 'level'>
