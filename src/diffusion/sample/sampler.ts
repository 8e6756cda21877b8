/** What a sampler is, and what it says about itself. */
import type { DenoiseContext, Denoiser, FloatArray } from '../denoise/denoiser.ts'
import type { NoiseSource } from './noise-source.ts'
import type { Planner } from './plan.ts'

/** What a sampler declares; tests hold it to the order. */
export interface SamplerInfo {
  /** The name in listings and on the command line, e.g. `dpm++-2m`. */
  readonly name: string
  /** Global order of convergence on the probability-flow equation (for a stochastic sampler, of its noiseless part). */
  readonly order: number
  /** Whether it draws noise on the way. */
  readonly stochastic: boolean
  /** Evaluations of the denoiser per step; warm-up and last steps may differ. */
  readonly evaluations: number
  /** When to use it, in one line. */
  readonly use: string
  /** Where it was published. */
  readonly paper: string
}

/** A sampler that is a table of coefficients. */
export interface LinearSampler extends SamplerInfo {
  readonly plan: Planner
}

/** A sampler whose steps depend on the data, such as one that chooses its own step sizes. */
export interface FreeSampler extends SamplerInfo {
  run(problem: SamplingProblem): AsyncIterable<SampleStep>
}

/** Either kind. */
export type Sampler = LinearSampler | FreeSampler

/** What a sampler is given. */
export interface SamplingProblem {
  readonly denoiser: Denoiser
  /** Strictly monotone, at least two; `times[i + 1]` is the only successor of `times[i]`. */
  readonly times: readonly number[]
  /** The state at `times[0]`, `[batch, ...shape]`; the sampler works on it in place. */
  readonly x: FloatArray
  readonly noise: NoiseSource
  readonly context: DenoiseContext
}

/** What is known after a step. The arrays are the loop's own: valid until the next step is asked for, copy what you keep. */
export interface SampleStep {
  /** The step's number, from 0. */
  readonly index: number
  /** How many steps there are; for an adaptive sampler, as many as are known of. */
  readonly total: number
  /** The time the step came from. */
  readonly t: number
  /** The time it reached. */
  readonly s: number
  /** The state at time s, `[batch, ...shape]`. */
  readonly x: FloatArray
  /** The step's last posterior mean E[x₀ | x_t], `[batch, ...shape]`: the preview. */
  readonly denoised: FloatArray
}

/** Declares a sampler; for its name, what it promises and its table. */
export function defineSampler<S extends Sampler>(sampler: S): S {
  return Object.freeze(sampler)
}
