/**
 * Means against the collapse of codes while training: free bits, a linear warm-up of the divergence's weight. Neither is part of the
 * bound, which is reported without them.
 *
 * Kingma et al., Improving Variational Inference with Inverse Autoregressive Flow (2016), appendix C.8,
 * https://arxiv.org/abs/1606.04934; Sønderby et al., Ladder Variational Autoencoders (2016), https://arxiv.org/abs/1602.02282
 */
import { max, mean, sum } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'

/**
 * Σ_j max(λ, mean over items of KL_j), a number: each latent dimension, or channel of a map of codes, may cost λ nats without a
 * penalty.
 *
 * @param kl of every dimension, `[N, ...latentShape]`; an image of codes `[N, C, H, W]` counts by channels
 * @param nats λ
 */
export function freeBits(kl: Tensor, nats: number): Tensor {
  const perChannel =
    kl.shape.length > 2
      ? sum(
          kl,
          kl.shape.slice(2).map((_, axis) => axis + 2),
        )
      : kl
  const average = mean(perChannel, 0)
  return sum(nats > 0 ? max(average, nats) : average)
}

/**
 * The weight of the divergence after so many steps: from 0 to 1 in a straight line over `warmup` steps, then 1; at every step 1 for a
 * warm-up of none.
 */
export function warmupWeight(step: number, warmup: number): number {
  return warmup > 0 ? Math.min(1, step / warmup) : 1
}
