/**
 * The terms of the bound: L₀, and those of the other steps, in continuous time an integral. Which one a number u ∈ [0, 1) picks,
 * and how many terms it stands for. Numbers u that are spread evenly over the items of a batch make the estimate much less noisy
 * than independent ones.
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
 * In continuous time, the first thousandth is one step: below it almost no token is corrupted, and the weight of one
 * would be enormous. The bound stays complete.
 */
const firstTime = 1e-3

/** In continuous time, times beyond this hold no trace of the data, and the weights are 0 · ∞. */
const lastTime = 1 - 1e-4

/** L₀ = −log p(x₀ | x_t), t the first time. */
export function firstTerm({ spec: { steps } }: DiscreteProcess): BoundTerm {
  return { s: 0, t: steps === null ? firstTime : 1 / steps, count: 1 }
}

/** The term that u picks among all but the first; undefined if there is only the first. */
export function laterTerm({ spec: { steps } }: DiscreteProcess, u: number): BoundTerm | undefined {
  if (steps === 1) return undefined
  if (steps !== null) {
    const i = Math.min(steps, 2 + Math.floor(u * (steps - 1)))
    return { s: (i - 1) / steps, t: i / steps, count: steps - 1 }
  }
  const t = Math.min(firstTime + u * (1 - firstTime), lastTime)
  return { s: t, t, count: 1 - firstTime }
}

/** The term that u picks among all of them. */
export function termAt(process: DiscreteProcess, u: number): BoundTerm {
  const first = firstTerm(process)
  const later = u < first.t ? undefined : laterTerm(process, (u - first.t) / (1 - first.t))
  return later ? { ...later, count: later.count / (1 - first.t) } : { ...first, count: 1 / first.t }
}
