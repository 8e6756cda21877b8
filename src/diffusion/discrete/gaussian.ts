/**
 * The discretised Gaussian kernel, for categories that have an order: from i to j ≠ i with probability
 *
 *     [Q_t]_ij = exp(−4 (i − j)² / ((K − 1)² β_t)) / Σ_{n = 1−K}^{K−1} exp(−4 n² / ((K − 1)² β_t)),
 *
 * and the rest is the probability of staying at i. The matrices are symmetric, so noise ends up uniform.
 *
 * Structured Denoising Diffusion Models in Discrete State-Spaces (Austin et al., 2021), appendix A.2.3, https://arxiv.org/abs/2107.03006
 */
import { TweedieError } from '../../errors.ts'
import type { DiscreteSpec } from './spec.ts'
import { product, type Tables } from './tables.ts'

/** At most so many numbers are held in tables. */
const limit = 2 ** 26

/** The tables of all steps. β rises linearly from the first step to the last. */
export function gaussianTables({ steps, beta = [0.02, 1] }: DiscreteSpec, categories: number): Tables {
  const count = steps!
  if (count * categories ** 2 > limit) {
    throw new TweedieError('usage', `${count} tables of ${categories} × ${categories} numbers are too many`, {
      hint: 'take fewer steps or levels, or the kernel uniform or absorbing, which need no tables',
    })
  }
  const [first, last] = beta
  if (!(first > 0 && last >= first && last < Infinity)) {
    throw new TweedieError('usage', `beta [${first}, ${last}]: must be positive and not fall`, {
      hint: 'try [0.02, 1]',
    })
  }
  const step = (i: number): Float64Array =>
    gaussianStep(count === 1 ? last : first + ((last - first) * (i - 1)) / (count - 1), categories)
  /** Q_{0→i/T}, computed up to the last one used. */
  const fromStart: Float64Array[] = []
  let [strideFrom, strideTo] = [0, 0]
  let stride: Float64Array = new Float64Array(0)
  const levelOf = (t: number): number => {
    const level = Math.round(t * count)
    if (Math.abs(t * count - level) < 1e-6 && level >= 0 && level <= count) return level
    throw new TweedieError('usage', `time ${t} is no step: the process has ${count}`, { hint: `use i/${count}` })
  }
  return {
    categories,
    between(s, t) {
      const [from, to] = [levelOf(s), levelOf(t)]
      if (from === 0) {
        for (let i = fromStart.length; i < to; i++) {
          fromStart.push(i === 0 ? step(1) : product(fromStart[i - 1]!, step(i + 1), categories))
        }
        return fromStart[to - 1]!
      }
      if (from !== strideFrom || to !== strideTo) {
        stride = step(from + 1)
        for (let i = from + 2; i <= to; i++) stride = product(stride, step(i), categories)
        strideFrom = from
        strideTo = to
      }
      return stride
    },
  }
}

/** Q_t for one β. */
function gaussianStep(beta: number, k: number): Float64Array {
  const bell = Float64Array.from({ length: k }, (_, n) => Math.exp((-4 * n * n) / ((k - 1) ** 2 * beta)))
  const total = 2 * bell.reduce((sum, each) => sum + each, 0) - 1
  const table = new Float64Array(k * k)
  for (let i = 0; i < k; i++) {
    let left = 1
    for (let j = 0; j < k; j++) if (j !== i) left -= table[i * k + j] = bell[Math.abs(i - j)]! / total
    table[i * k + i] = left
  }
  return table
}
