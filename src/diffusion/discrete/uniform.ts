/**
 * The uniform kernel, multinomial diffusion: a token stays what it is or becomes any category with equal probability,
 *
 *     Q_{s→t} = a I + (1 − a)/K 𝟙𝟙ᵀ,    a = ᾱ_t/ᾱ_s.
 *
 * Every product is of the same form, so nothing is ever a matrix: all sums take O(K).
 *
 * - Argmax Flows and Multinomial Diffusion (Hoogeboom et al., 2021), section 4, https://arxiv.org/abs/2102.05379
 * - A Continuous Time Framework for Discrete Denoising Models (Campbell et al., 2022), https://arxiv.org/abs/2205.14987 — the limit of small steps
 */
import { cosineFade, type Fade, linearFade, logLinearFade } from './fade.ts'
import { logAddExp, logDivergence, logSumExp } from './log-space.ts'
import { mutualInformationFade, sharesOf, uniformInformation } from './mutual-information.ts'
import type { UniformProcess } from './process-methods.ts'
import type { DiscreteSpec } from './spec.ts'

/** The process that replaces by any category. */
export function uniformProcess(spec: DiscreteSpec, categories: number): UniformProcess {
  const fade = fadeOf(spec, categories)
  const { alphaBar } = fade
  /** The probability of a category that a token reaches only by being replaced. */
  const any = (t: number): number => (1 - alphaBar(t)) / categories
  const own = { logQ: new Float64Array(categories), logP: new Float64Array(categories) }
  const known = new Float64Array(categories)

  const reverse: UniformProcess['reverse'] = (logP0, at, token, s, t, out) => {
    const stay = alphaBar(t) / alphaBar(s)
    const moved = Math.log((1 - stay) / categories)
    const stayed = Math.log(stay + (1 - stay) / categories)
    const [logKept, logAny] = [Math.log(alphaBar(s)), Math.log(any(s))]
    // p(x₀ = k | x_t) without the token's own evidence.
    const seen = Math.log(alphaBar(t) + any(t))
    const unseen = Math.log(any(t))
    for (let k = 0; k < categories; k++) out[k] = logP0[at + k]! - (k === token ? seen : unseen)
    const total = logSumExp(out) + logAny
    for (let k = 0; k < categories; k++) {
      out[k] = logAddExp(out[k]! + logKept, total) + (k === token ? stayed : moved)
    }
  }

  /** β/K Σ_{j ≠ x_t} r_j log(r_j/ρ_j) − r_j + ρ_j, with r and ρ the ratios of the probabilities of j and x_t. */
  const rate = (logP0: Parameters<typeof reverse>[0], at: number, token: number, x0: number, t: number): number => {
    const [kept, c] = [alphaBar(t), any(t)]
    const without = (k: number): number => Math.exp(logP0[at + k]! - Math.log(k === token ? kept + c : c))
    let weight = 0
    for (let k = 0; k < categories; k++) weight += without(k)
    const here = (token === x0 ? kept : 0) + c
    let nats = 0
    for (let j = 0; j < categories; j++) {
      if (j === token) continue
      const r = ((j === x0 ? kept : 0) + c) / here
      const rho = kept * without(j) + c * weight
      nats += r * Math.log(r / rho) - r + rho
    }
    return ((fade.slope(t) / kept) * nats) / categories
  }

  return Object.freeze<UniformProcess>({
    kind: 'uniform',
    spec,
    categories,
    states: categories,
    mask: null,
    fade,
    corrupt(x, t, uniforms, out, s = 0) {
      const kept = alphaBar(t) / alphaBar(s)
      for (let i = 0; i < x.length; i++) {
        const u = uniforms[i]!
        out[i] = u < kept ? x[i]! : Math.min(categories - 1, Math.floor(((u - kept) / (1 - kept)) * categories))
      }
    },
    drawPrior(uniforms, out) {
      for (let i = 0; i < out.length; i++) out[i] = Math.floor(uniforms[i]! * categories)
    },
    addEvidence(logits, at, token, t) {
      const [seen, unseen] = [Math.log(alphaBar(t) + any(t)), Math.log(any(t))]
      for (let k = 0; k < categories; k++) logits[at + k]! += k === token ? seen : unseen
    },
    reverse,
    divergence(logP0, at, token, x0, s, t) {
      if (s === t) return rate(logP0, at, token, x0, t)
      if (s === 0) return -logP0[at + x0]!
      known.fill(-Infinity)
      known[x0] = 0
      reverse(known, 0, token, s, t, own.logQ)
      reverse(logP0, at, token, s, t, own.logP)
      return logDivergence(own.logQ, own.logP)
    },
    priorDivergence: () => 0,
  })
}

function fadeOf({ schedule, marginal }: DiscreteSpec, categories: number): Fade {
  if (schedule === 'cosine') return cosineFade
  if (schedule === 'linear') return linearFade
  if (schedule === 'log-linear') return logLinearFade
  return mutualInformationFade(uniformInformation(sharesOf(marginal, categories)), 128)
}
