/**
 * The loss under masks: −log p(x₀ | x_t) at masked tokens, weighted by count · (ᾱ_s − ᾱ_t)/(1 − ᾱ_t), and in continuous time by
 * −ᾱ′/(1 − ᾱ). Besides the logits one array of their size is held, their log-softmax: O(batch · length · K) numbers.
 *
 * - Structured Denoising Diffusion Models in Discrete State-Spaces (Austin et al., 2021), appendix A.3, https://arxiv.org/abs/2107.03006
 * - Simple and Effective Masked Diffusion Language Models (Sahoo et al., 2024), equation 11, https://arxiv.org/abs/2406.07524
 */
import { input, logSoftmax, mul, neg } from '../../engine/graph/index.ts'
import { liftedShare } from './absorbing.ts'
import type { KernelLoss } from './kernel-loss.ts'
import { picked } from './picked.ts'
import type { AbsorbingProcess } from './process.ts'

/**
 * The loss of the absorbing kernel.
 *
 * @param prefix of the names of its inputs, where a graph has several such losses
 */
export function absorbingLoss({ fade, mask }: AbsorbingProcess, prefix = ''): KernelLoss {
  return {
    arrays: (batch, size) => ({
      [`${prefix}answer`]: new Int32Array(batch * size),
      [`${prefix}weight`]: new Float32Array(batch * size),
    }),
    graph(logits) {
      const tokens = logits.shape[0]!
      return mul(input(`${prefix}weight`, [tokens]), neg(picked(logSoftmax(logits), `${prefix}answer`)))
    },
    fill(feeds, { from, to, term: { s, t, count }, x0, xt, shares }) {
      const weight = shares.bound * count * liftedShare(fade, s, t) + shares.crossEntropy
      for (let i = from; i < to; i++) {
        feeds[`${prefix}answer`]![i] = x0[i]!
        feeds[`${prefix}weight`]![i] = xt[i] === mask ? weight : 0
      }
    },
  }
}
