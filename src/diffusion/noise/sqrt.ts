/** The square-root schedule of diffusion over embeddings, which starts with some noise and then adds it quickly. */
import { TweedieError } from '../../errors.ts'
import { clampTime, type Schedule, sigmoid, variancePreserving } from './schedule.ts'

/**
 * ᾱ_t = α_t² = 1 − √((t + s)/(1 + s)), variance preserving. A word is recognised by its nearest embedding, so a little
 * noise hides nothing: this schedule begins at σ₀ = (s/(1 + s))^¼, the noise with which x₀ is drawn around an
 * embedding. The paper's
 * s = 0.0001 is σ₀ = 0.1; its ᾱ is divided here so that it ends at 0.
 *
 * Diffusion-LM Improves Controllable Text Generation (Li et al., 2022), appendix A, https://arxiv.org/abs/2205.14217
 *
 * @throws TweedieError `usage` for a σ₀ outside (0, 1)
 * @example
 * sqrtSchedule().sigma(0) // 0.1
 */
export function sqrtSchedule({ sigmaMin = 0.1 }: { readonly sigmaMin?: number } = {}): Schedule {
  if (!(sigmaMin > 0 && sigmaMin < 1)) {
    throw new TweedieError('usage', `sqrt schedule: sigmaMin is ${sigmaMin}, it must lie between 0 and 1`)
  }
  const first = sigmaMin ** 4
  /** (t + s)/(1 + s) = σ⁴. */
  const share = (t: number): number => first + (1 - first) * t
  const variance = (t: number): number => Math.sqrt(share(t))
  /** 1 − √u = (1 − u)/(1 + √u), which does not cancel at the end. */
  const alphaBar = (t: number): number => ((1 - first) * (1 - t)) / (1 + variance(t))
  const varianceRate = (t: number): number => (1 - first) / (2 * variance(t))
  return variancePreserving({
    name: 'sqrt',
    logSnr: (t) => Math.log(alphaBar(t) / variance(t)),
    timeOfLogSnr: (l) => clampTime((sigmoid(-l) ** 2 - first) / (1 - first)),
    logSnrRate: (t) => -varianceRate(t) / (variance(t) * alphaBar(t)),
    alphaRate: (t) => -varianceRate(t) / (2 * Math.sqrt(alphaBar(t))),
    sigmaRate: (t) => varianceRate(t) / (2 * Math.sqrt(variance(t))),
  })
}
