/** The denoiser of a list of words: the posterior is exact, a sum over the list. */
import type { CategoricalDenoiser, DiscreteProcess } from '../../../../diffusion/discrete/index.ts'
import { logNormalize } from '../../../../diffusion/discrete/log-space.ts'

/**
 * p(x₀ = k | x_t) at each place, for data that are one of these words, each as likely.
 *
 * @param words all of one length, as categories
 */
export function wordsDenoiser(process: DiscreteProcess, words: readonly (readonly number[])[]): CategoricalDenoiser {
  const { categories } = process
  const size = words[0]!.length
  return {
    process,
    shape: [size],
    timeless: process.mask !== null,
    logits(xt, t, batch) {
      const out = new Float64Array(batch * size * categories)
      const evidence = new Float64Array(size * categories)
      const fit = new Float64Array(words.length)
      for (let item = 0; item < batch; item++) {
        evidence.fill(0)
        for (let i = 0; i < size; i++) process.addEvidence(evidence, i * categories, xt[item * size + i]!, t)
        words.forEach((word, w) => {
          fit[w] = word.reduce((sum, token, i) => sum + evidence[i * categories + token]!, 0)
        })
        logNormalize(fit)
        words.forEach((word, w) => {
          const share = Math.exp(fit[w]!)
          word.forEach((token, i) => (out[(item * size + i) * categories + token]! += share))
        })
      }
      return out.map(Math.log)
    },
  }
}
