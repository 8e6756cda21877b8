/**
 * A process that turns tokens into noise, each token on its own: a Markov chain over categories with transition matrices
 * Q_{s→t}, so that q(x_t | x₀) is row x₀ of Q_{0→t}, and
 *
 *     q(x_s | x_t, x₀) = Q_{s→t}[x_s, x_t] Q_{0→s}[x₀, x_s] / Q_{0→t}[x₀, x_t].
 *
 * No kernel is a matrix where its structure gives the entries: uniform and absorbing kernels take O(K) a token.
 *
 * - Argmax Flows and Multinomial Diffusion (Hoogeboom et al., 2021), https://arxiv.org/abs/2102.05379
 * - Structured Denoising Diffusion Models in Discrete State-Spaces (Austin et al., 2021), https://arxiv.org/abs/2107.03006
 */
import type { FloatArray } from '../random/index.ts'
import { absorbingProcess } from './absorbing.ts'
import { denseProcess } from './dense.ts'
import type { Fade } from './fade.ts'
import { gaussianTables } from './gaussian.ts'
import { neighbourTables } from './neighbour.ts'
import { checkDiscreteSpec, type DiscreteSpec } from './spec.ts'
import type { Tables } from './tables.ts'
import { uniformProcess } from './uniform.ts'

/** What all processes can do. Times are in [0, 1]; a process of T steps has its step i at t = i/T. */
export interface ProcessMethods {
  readonly spec: DiscreteSpec
  /** K, the number of categories that data can have. */
  readonly categories: number
  /** The number of states that noisy data can have: K, or K + 1 with a mask. */
  readonly states: number
  /** The mask, a state behind the categories; null where there is none. */
  readonly mask: number | null
  /**
   * x_t ~ q(x_t | x_s), from clean data unless s is given.
   *
   * @param uniforms one number in [0, 1) for each token; in double precision, so that rare categories are not missed
   */
  corrupt(x: ArrayLike<number>, t: number, uniforms: FloatArray, out: Int32Array, s?: number): void
  /** Pure noise: what x₁ is, and what samplers start from. */
  drawPrior(uniforms: FloatArray, out: Int32Array): void
  /**
   * Bayes' rule: adds log q(x_t = token | x₀ = k) to the K numbers from `at` on. What a network says of a token from its
   * context becomes the posterior that knows the token itself; under masks, a token that is seen stays.
   */
  addEvidence(logits: FloatArray, at: number, token: number, t: number): void
  /**
   * log p(x_s | x_t), p(x_s | x_t) = Σ_k p(x₀ = k | x_t) q(x_s | x_t, x₀ = k), for s < t.
   *
   * @param logP0 where log p(x₀ = k | x_t) stands, K numbers from `at` on; 0 for q where x₀ is known
   * @param out `states` log-probabilities
   */
  reverse(logP0: FloatArray, at: number, token: number, s: number, t: number, out: Float64Array): void
  /**
   * D_KL(q(x_s | x_t, x₀) ‖ p(x_s | x_t)) in nats, exact; where s = t, the rate at which it grows with t − s. With s = 0 it is
   * −log p(x₀ | x_t).
   */
  divergence(logP0: FloatArray, at: number, token: number, x0: number, s: number, t: number): number
  /** D_KL(q(x₁ | x₀) ‖ p(x₁)) in nats. */
  priorDivergence(x0: number): number
}

/** Lost tokens become masks. */
export interface AbsorbingProcess extends ProcessMethods {
  readonly kind: 'absorbing'
  readonly fade: Fade
  readonly mask: number
}

/** Lost tokens become any category. */
export interface UniformProcess extends ProcessMethods {
  readonly kind: 'uniform'
  readonly fade: Fade
}

/** Tokens move by tables of probabilities. */
export interface DenseProcess extends ProcessMethods {
  readonly kind: 'dense'
  readonly tables: Tables
}

/** A process over categories. */
export type DiscreteProcess = AbsorbingProcess | UniformProcess | DenseProcess

/**
 * The process of a specification.
 *
 * @param categories K, the number of categories of the data
 * @throws TweedieError `usage` for what makes no sense, or tables that would be too large
 * @example
 * const process = processOf({ kernel: 'absorbing', schedule: 'linear', steps: null, objective: 'bound' }, 65)
 */
export function processOf(spec: DiscreteSpec, categories: number): DiscreteProcess {
  checkDiscreteSpec(spec, categories)
  switch (spec.kernel) {
    case 'absorbing':
      return absorbingProcess(spec, categories)
    case 'uniform':
      return uniformProcess(spec, categories)
    case 'gaussian':
      return denseProcess(spec, gaussianTables(spec, categories))
    case 'neighbour':
      return denseProcess(spec, neighbourTables(spec, categories))
  }
}
