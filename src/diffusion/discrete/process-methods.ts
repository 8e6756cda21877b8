/** The methods of a process over tokens, and the kinds of process. `process.ts` makes them. */
import type { FloatArray } from '../../engine/random/index.ts'
import type { Fade } from './fade.ts'
import type { DiscreteSpec } from './spec.ts'
import type { Tables } from './tables.ts'

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
  /** Pure noise: the distribution of x₁, which samplers start from. */
  drawPrior(uniforms: FloatArray, out: Int32Array): void
  /**
   * Bayes' rule: adds log q(x_t = token | x₀ = k) to the K numbers from `at` on. It turns a network's prediction of a
   * token from its context into the posterior given the token too; under masks, a visible token stays.
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
