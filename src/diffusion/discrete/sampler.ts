/** The interface of a sampler of tokens: its inputs, and what it reports after each step. */
import type { DenoiseContext } from '../denoise/denoiser.ts'
import type { CategoricalDenoiser } from './denoiser.ts'

/** A sampler of tokens. */
export interface TokenSampler {
  /** The name in listings and on the command line. */
  readonly name: string
  /** Whether it needs the absorbing kernel. */
  readonly masksOnly: boolean
  /** When to use it, in one line. */
  readonly use: string
  /** Where it was published. */
  readonly paper: string
  run(problem: TokenProblem): AsyncIterable<TokenStep>
}

/** The inputs of a sampler. */
export interface TokenProblem {
  readonly denoiser: CategoricalDenoiser
  /** How many steps to take. */
  readonly steps: number
  readonly batch: number
  /** Pure noise, `[batch, ...shape]`, with the kept tokens in it; the sampler changes it in place. */
  readonly x: Int32Array
  /** Tokens to be kept, `[batch, ...shape]`; −1 where there is none. */
  readonly fixed: Int32Array
  /** Uniform numbers in [0, 1) for each token, the same for the same (step, draw) whatever batch an item is in. */
  readonly uniforms: (out: Float64Array, step: number, draw: number) => void
  /** Probabilities of clean tokens are taken to the power of 1/temperature. */
  readonly temperature: number
  /** The conditions of each item, and a signal: for every call of the denoiser. */
  readonly context: DenoiseContext
}

/** The state after a step. The array belongs to the loop and is overwritten by the next step: copy what you keep. */
export interface TokenStep {
  /** The step's number, from 0. */
  readonly index: number
  readonly total: number
  /** The time the step came from. */
  readonly t: number
  /** The time it reached. */
  readonly s: number
  /** The tokens at time s, `[batch, ...shape]`, masks among them until the end. */
  readonly x: Int32Array
  /** Evaluations of the denoiser so far. */
  readonly evaluations: number
}
