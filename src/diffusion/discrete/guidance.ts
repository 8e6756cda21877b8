/**
 * Classifier-free guidance of tokens: with the weight w, log p = (w + 1) log p(x₀ | x_t, c) − w log p(x₀ | x_t) +
 * const. So w = 0 is the conditional model itself, and w > 0 pushes further towards the class, as in Gaussian
 * diffusion.
 *
 * - Classifier-Free Diffusion Guidance (Ho & Salimans, 2022), https://arxiv.org/abs/2207.12598
 * - Simple Guidance Mechanisms for Discrete Diffusion Models (Schiff et al., 2024), https://arxiv.org/abs/2412.10193
 */
import { type Conditions, doubledConditions } from '../denoise/conditions.ts'
import type { DenoiseContext } from '../denoise/denoiser.ts'
import type { CategoricalDenoiser } from './denoiser.ts'
import { logNormalize } from './log-space.ts'

/** How strongly to guide tokens, and away from what. */
export interface TokenGuidanceOptions {
  readonly w: number
  /**
   * What stands for "nothing", or what the samples should not be: of one item, by name. Conditions that are not named here are the
   * same on both sides.
   */
  readonly nothing: Conditions
}

/**
 * Guides a conditional denoiser: it evaluates every item twice in one batch, whose first half has the conditions of the
 * call and whose second half has none.
 *
 * @param denoiser for batches twice as large
 * @example
 * const guided = guideTokens(denoiser, { w: 2, nothing: { labels: Int32Array.of(10) } })
 * const x = await sampleTokensFinal(guided, { conditions: { labels: Int32Array.of(3, 7) }, batch: 2 })
 */
export function guideTokens(denoiser: CategoricalDenoiser, { w, nothing }: TokenGuidanceOptions): CategoricalDenoiser {
  const { categories } = denoiser.process
  return Object.freeze({
    ...denoiser,
    async logits(xt: Int32Array, t: number, batch: number, context: DenoiseContext = {}) {
      if (w === 0 || !context.conditions) return denoiser.logits(xt, t, batch, context)
      const twice = new Int32Array(2 * xt.length)
      twice.set(xt, 0)
      twice.set(xt, xt.length)
      const conditions = doubledConditions(context.conditions, nothing, batch, batch)
      const both = await denoiser.logits(twice, t, 2 * batch, { ...context, conditions })
      const half = both.length / 2
      const [guided, free] = [both.slice(0, half), both.subarray(half)]
      for (let i = 0; i < half; i++) {
        // an impossible category is impossible in both halves, and stays so
        if (guided[i]! > -Infinity && free[i]! > -Infinity) guided[i] = (w + 1) * guided[i]! - w * free[i]!
      }
      for (let at = 0; at < half; at += categories) logNormalize(guided, at, categories)
      return guided
    },
  })
}
