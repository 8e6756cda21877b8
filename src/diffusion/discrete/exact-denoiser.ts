/**
 * The denoiser of a law that is tabulated: p(x₀ | x_t) ∝ p(x₀) Π_i q(x_t,i | x₀,i) by summing over all sequences. A network can
 * do no better, so samplers and bounds are tested with it.
 */
import { TweedieError } from '../../errors.ts'
import { sizeOf } from '../../engine/graph/shape.ts'
import type { CategoricalDenoiser } from './denoiser.ts'
import { logAddExp, logNormalize } from './log-space.ts'
import type { DiscreteProcess } from './process.ts'

/** More sequences than this are not summed over. */
const mostSequences = 1e6

/**
 * The denoiser of sequences of the given law.
 *
 * @param shape of one item
 * @param joint p(x₀) of every sequence, `[K, …, K]`, the first token slowest; need not sum to 1
 * @throws TweedieError `shape` if the table does not hold all sequences @example const coins = exactDenoiser(process,
 * [2], [0.5, 0, 0, 0.5]) // two tokens, always equal
 */
export function exactDenoiser(
  process: DiscreteProcess,
  shape: readonly number[],
  joint: ArrayLike<number>,
): CategoricalDenoiser {
  const { categories } = process
  const size = sizeOf(shape)
  const sequences = categories ** size
  if (joint.length !== sequences || sequences > mostSequences) {
    throw new TweedieError('shape', `a table of ${joint.length} numbers for ${categories}^${size} sequences`, {
      hint: `it must have one for each, and at most ${mostSequences}`,
    })
  }
  const logPrior = Float64Array.from(joint, Math.log)
  const evidence = new Float64Array(size * categories)
  const digits = new Int32Array(size)
  return Object.freeze({
    process,
    shape,
    timeless: process.mask !== null,
    logits(xt: Int32Array, t: number, batch: number) {
      const out = new Float64Array(batch * size * categories).fill(-Infinity)
      const known = new Map<string, number>()
      for (let item = 0; item < batch; item++) {
        const state = xt.subarray(item * size, (item + 1) * size).join()
        const same = known.get(state)
        if (same !== undefined) {
          out.copyWithin(item * size * categories, same * size * categories, (same + 1) * size * categories)
          continue
        }
        known.set(state, item)
        evidence.fill(0)
        for (let i = 0; i < size; i++) process.addEvidence(evidence, i * categories, xt[item * size + i]!, t)
        for (let sequence = 0; sequence < sequences; sequence++) {
          let log = logPrior[sequence]!
          for (let i = size - 1, rest = sequence; i >= 0; i--, rest = Math.floor(rest / categories)) {
            digits[i] = rest % categories
            log += evidence[i * categories + digits[i]!]!
          }
          if (log === -Infinity) continue
          for (let i = 0; i < size; i++) {
            const place = (item * size + i) * categories + digits[i]!
            out[place] = logAddExp(out[place]!, log)
          }
        }
        for (let i = 0; i < size; i++) logNormalize(out, (item * size + i) * categories, categories)
      }
      return out
    },
  })
}
