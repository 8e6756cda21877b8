/** The interface of samplers, and the facts that they declare. */
import type { DenoiseContext, Denoiser, FloatArray } from '../denoise/denoiser.ts'
import type { NoiseSource } from './noise-source.ts'
import type { Planner } from './plan.ts'

/** The facts that a sampler declares; tests check the order. */
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

/** The inputs of a sampler. */
export interface SamplingProblem {
  readonly denoiser: Denoiser
  /** Strictly monotone, at least two; the step from `times[i]` goes to `times[i + 1]`. */
  readonly times: readonly number[]
  /** The state at `times[0]`, `[batch, ...shape]`; the sampler works on it in place. */
  readonly x: FloatArray
  readonly noise: NoiseSource
  readonly context: DenoiseContext
}

/** The state after a step. The arrays belong to the loop and are overwritten by the next step: copy what you keep. */
export interface SampleStep {
  /** The step's number, from 0. */
  readonly index: number
  /** How many steps there are; for an adaptive sampler, as many as are known so far. */
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

/** Declares a sampler: its name, its properties and its table. */
export function defineSampler<S extends Sampler>(sampler: S): S {
  return Object.freeze(sampler)
}
