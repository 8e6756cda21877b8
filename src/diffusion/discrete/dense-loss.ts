/**
 * The loss of kernels that are tables. With π = softmax(logits), m = π Q_{0→s} the law of x_s from the context, and n = Σ_k π_k
 * Q_{0→t}[k, x_t] the probability of the observed token, the divergence of a step is
 *
 *     Σ_j q_j log(q_j/p_j) = const − Σ_j q_j log m_j + log n,    q = q(x_s | x_t, x₀).
 *
 * The table Q_{0→s} is fed for each item, q and the evidence Q_{0→t}[·, x_t] for each token: two arrays of the logits' size,
 * besides π and m. Logarithms are taken of at least 1e-30, where single precision ends.
 *
 * Structured Denoising Diffusion Models in Discrete State-Spaces (Austin et al., 2021), section 3.4, https://arxiv.org/abs/2107.03006
 */
import { add, exp, input, log, logSoftmax, matmul, mul, reshape, sub, sum } from '../../engine/graph/index.ts'
import type { KernelLoss } from './kernel-loss.ts'
import { picked } from './picked.ts'
import type { DenseProcess } from './process.ts'

const tiny = 1e-30

/** The loss of a process of tables. */
export function denseLoss({ tables, categories: k }: DenseProcess): KernelLoss {
  return {
    arrays: (batch, size) => ({
      answer: new Int32Array(batch * size),
      table: new Float32Array(batch * k * k),
      posterior: new Float32Array(batch * size * k),
      evidence: new Float32Array(batch * size * k),
      constant: new Float32Array(batch * size),
      guess: new Float32Array(batch * size),
      seen: new Float32Array(batch * size),
    }),
    graph(logits, batch) {
      const tokens = logits.shape[0]!
      const logPi = logSoftmax(logits)
      const pi = exp(logPi)
      const before = matmul(reshape(pi, [batch, tokens / batch, k]), input('table', [batch, k, k]))
      const logM = log(add(reshape(before, [tokens, k]), tiny))
      const logN = log(add(sum(mul(pi, input('evidence', [tokens, k])), 1), tiny))
      const logGuess = picked(logPi, 'answer')
      const divergence = sub(input('constant', [tokens]), sum(mul(input('posterior', [tokens, k]), logM), 1))
      return add(add(divergence, mul(input('seen', [tokens]), logN)), mul(input('guess', [tokens]), logGuess))
    },
    fill(feeds, { item, from, to, term: { s, t, count }, x0, xt, shares }) {
      const whole = tables.between(0, t)
      const first = s === 0
      const [before, step] = first ? [whole, whole] : [tables.between(0, s), tables.between(s, t)]
      feeds.table!.set(before, item * k * k)
      const bound = shares.bound * count
      const guess = (first ? bound : 0) + shares.crossEntropy
      for (let i = from; i < to; i++) {
        const seen = xt[i]!
        const row = x0[i]! * k
        const probability = whole[row + seen]!
        let constant = 0
        for (let j = 0; j < k; j++) {
          feeds.evidence![i * k + j] = whole[j * k + seen]!
          const q = first ? 0 : (step[j * k + seen]! * before[row + j]!) / probability
          feeds.posterior![i * k + j] = bound * q
          // q_j log of the law of x_s given x₀
          if (q > 0) constant += q * Math.log(before[row + j]!)
        }
        const logSeen = Math.log(probability)
        feeds.constant![i] = first ? -guess * logSeen : bound * (constant - logSeen) - guess * logSeen
        feeds.seen![i] = (first ? 0 : bound) + guess
        feeds.guess![i] = -guess
        feeds.answer![i] = x0[i]!
      }
    },
  }
}
