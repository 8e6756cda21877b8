/**
 * Classifier-free guidance of tokens: with the weight w, log p = (w + 1) log p(x₀ | x_t, c) − w log p(x₀ | x_t) + const. So w = 0
 * is the conditional model as it is, and w > 0 wants more of the class, as in the Gaussian rooms.
 *
 * - Classifier-Free Diffusion Guidance (Ho & Salimans, 2022), https://arxiv.org/abs/2207.12598
 * - Simple Guidance Mechanisms for Discrete Diffusion Models (Schiff et al., 2024), https://arxiv.org/abs/2412.10193
 */
import type { CategoricalDenoiser } from './denoiser.ts'
import { logNormalize } from './log-space.ts'

/**
 * Guides a conditional denoiser. It is asked twice at each step: with the labels, and with none.
 *
 * @example
 * const guided = guideTokens(denoiser, { w: 2 })
 */
export function guideTokens(denoiser: CategoricalDenoiser, { w }: { readonly w: number }): CategoricalDenoiser {
  const { categories } = denoiser.process
  return Object.freeze({
    ...denoiser,
    async logits(xt: Int32Array, t: number, batch: number, labels?: Int32Array, signal?: AbortSignal) {
      const conditional = await denoiser.logits(xt, t, batch, labels, signal)
      if (w === 0 || !labels) return conditional
      const guided = conditional.slice()
      const free = await denoiser.logits(xt, t, batch, undefined, signal)
      for (let i = 0; i < guided.length; i++) {
        // what is impossible stays so, and is impossible on both sides
        if (guided[i]! > -Infinity && free[i]! > -Infinity) guided[i] = (w + 1) * guided[i]! - w * free[i]!
      }
      for (let at = 0; at < guided.length; at += categories) logNormalize(guided, at, categories)
      return guided
    },
  })
}
