/**
 * The absorbing kernel: a token stays itself until it becomes a mask, and then stays a mask: it is masked with
 * probability 1 − ᾱ_t at time t. A mask is replaced between t and s with probability (ᾱ_s − ᾱ_t)/(1 − ᾱ_t), and then
 * becomes x₀. So the divergence of
 * a step is that probability times −log p(x₀ | x_t), at masks; else 0: a masked language model's loss.
 *
 * - Structured Denoising Diffusion Models in Discrete State-Spaces (Austin et al., 2021), section 3.1, https://arxiv.org/abs/2107.03006
 * - Simple and Effective Masked Diffusion Language Models (Sahoo et al., 2024), https://arxiv.org/abs/2406.07524
 */
import { cosineFade, type Fade, linearFade, logLinearFade } from './fade.ts'
import type { AbsorbingProcess } from './process-methods.ts'
import type { DiscreteSpec } from './spec.ts'

/** For any data, mutual information falls linearly with ᾱ = 1 − t. */
const fades: Readonly<Record<DiscreteSpec['schedule'], Fade>> = Object.freeze({
  linear: linearFade,
  'log-linear': logLinearFade,
  cosine: cosineFade,
  'mutual-information': { ...linearFade, name: 'mutual-information' },
})

/** The process that masks. */
export function absorbingProcess(spec: DiscreteSpec, categories: number): AbsorbingProcess {
  const fade = fades[spec.schedule]
  const mask = categories
  return Object.freeze<AbsorbingProcess>({
    kind: 'absorbing',
    spec,
    categories,
    states: categories + 1,
    mask,
    fade,
    corrupt(x, t, uniforms, out, s = 0) {
      const kept = fade.alphaBar(t) / fade.alphaBar(s)
      for (let i = 0; i < x.length; i++) out[i] = uniforms[i]! < kept ? x[i]! : mask
    },
    drawPrior: (_, out) => void out.fill(mask),
    addEvidence(logits, at, token) {
      if (token === mask) return
      logits.fill(-Infinity, at, at + categories)
      logits[at + token] = 0
    },
    reverse(logP0, at, token, s, t, out) {
      if (token !== mask) {
        out.fill(-Infinity)
        out[token] = 0
        return
      }
      const lifted = Math.log(liftedShare(fade, s, t))
      for (let k = 0; k < categories; k++) out[k] = logP0[at + k]! + lifted
      out[mask] = Math.log((1 - fade.alphaBar(s)) / (1 - fade.alphaBar(t)))
    },
    divergence: (logP0, at, token, x0, s, t) => (token === mask ? -liftedShare(fade, s, t) * logP0[at + x0]! : 0),
    priorDivergence: () => 0,
  })
}

/** The probability that a mask at time t is none at s; where s = t, the rate at which that grows with t − s. */
export function liftedShare(fade: Fade, s: number, t: number): number {
  const masked = 1 - fade.alphaBar(t)
  return (s === t ? fade.slope(t) : fade.alphaBar(s) - fade.alphaBar(t)) / masked
}
