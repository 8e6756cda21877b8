/**
 * The scale of codes: a model of codes sees (z − m_c) / s_c for each channel c (for a vector: each number), so that its data have mean
 * 0 and variance 1. Both are of the aggregate q(z) = E_x q(z | x) over the whole set,
 *
 *     m_c = E μ_c,   s_c² = Var μ_c + E σ_c².
 *
 * Python's diffusers writes the same map as `latents_mean` = m and `latents_std` = s with `scaling_factor` 1, or with one number for
 * all channels as `shift_factor` = m and `scaling_factor` = 1 / s.
 *
 * Rombach et al., High-Resolution Image Synthesis with Latent Diffusion Models (2022), section G, https://arxiv.org/abs/2112.10752
 */
import type { Affine } from '../../files/data/dataset.ts'

/** The laws of codes, one after another: μ and σ of each number. */
export interface CodeLaws {
  readonly mean: Float32Array
  readonly sigma: Float32Array
}

/**
 * The map z = shift + scale · x between codes and what a model of codes sees.
 *
 * @param size numbers in a code @param channels its first axis
 */
export function channelScale(laws: readonly CodeLaws[], size: number, channels: number): Affine {
  const each = size / channels
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)]
  let count = 0
  for (const { mean } of laws) {
    count += mean.length / channels
    for (let i = 0; i < mean.length; i++) sums[Math.floor((i % size) / each)]! += mean[i]!
  }
  const shift = Array.from(sums, (sum) => sum / count)
  for (const { mean, sigma } of laws) {
    for (let i = 0; i < mean.length; i++) {
      const channel = Math.floor((i % size) / each)
      squares[channel]! += (mean[i]! - shift[channel]!) ** 2 + sigma[i]! ** 2
    }
  }
  return { shift, scale: Array.from(squares, (square) => Math.sqrt(square / count) || 1) }
}
