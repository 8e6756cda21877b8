/**
 * The bound is a sum of terms, or an integral: which term a number u ∈ [0, 1) picks, and how many terms it stands for.
 * Numbers u that are spread evenly over the items of a batch make the estimate much less noisy than independent ones.
 *
 * Variational Diffusion Models (Kingma et al., 2021), appendix I.1, https://arxiv.org/abs/2107.00630
 */
import type { DiscreteProcess } from './process.ts'

/** D_KL(q(x_s | x_t, x₀) ‖ p(x_s | x_t)); where s = t, what an infinitesimal step adds. */
export interface BoundTerm {
  readonly s: number
  readonly t: number
  /** One over the probability with which it is picked. */
  readonly count: number
}

/**
 * In continuous time, the first thousandth is one step: below it there is hardly a token to be guessed, and the weight of one
 * would be enormous. Nothing is left out of the bound.
 */
const firstStep = 1e-3

/** In continuous time, nothing is left of the data beyond, and the weights are 0 · ∞. */
const lastTime = 1 - 1e-4

/** The term that u picks. */
export function termAt({ spec: { steps } }: DiscreteProcess, u: number): BoundTerm {
  if (steps !== null) {
    const i = Math.min(steps, Math.floor(u * steps) + 1)
    return { s: (i - 1) / steps, t: i / steps, count: steps }
  }
  if (u < firstStep) return { s: 0, t: firstStep, count: 1 / firstStep }
  const t = Math.min(u, lastTime)
  return { s: t, t, count: 1 }
}
