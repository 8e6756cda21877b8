/**
 * A denoiser of tokens knows the posterior q(x₀ | x_t) as probabilities of categories, for each token. Networks, tabulated laws
 * and guidance are all such denoisers, and samplers and bounds take any.
 */
import { sizeOf } from '../../engine/graph/shape.ts'
import type { FloatArray } from '../../engine/random/index.ts'
import type { DenoiseContext } from '../denoise/denoiser.ts'
import { logNormalize } from './log-space.ts'
import type { DiscreteProcess } from './process.ts'

/** The posterior of clean tokens given noisy ones. */
export interface CategoricalDenoiser {
  /** How x_t was made from x₀. */
  readonly process: DiscreteProcess
  /** The shape of one item, without the batch. */
  readonly shape: readonly number[]
  /** Whether its answer does not depend on the time: then tokens that have not changed need no new evaluation. */
  readonly timeless?: boolean
  /**
   * log p(x₀ = k | x_t), normalised.
   *
   * @param xt noisy tokens, `[batch, ...shape]`, read only
   * @param t the time of them, in (0, 1]
   * @param context the conditions of each item, for a conditional denoiser, and a signal
   * @returns `[batch, ...shape, K]`: a new array, which the caller may write into. Calls may overlap.
   */
  logits(xt: Int32Array, t: number, batch: number, context?: DenoiseContext): FloatArray | Promise<FloatArray>
}

/** A network's prediction of each token from its context: raw logits, `[batch, ...shape, K]`. */
export type EvaluateLogits = CategoricalDenoiser['logits']

/**
 * The denoiser of a network: its logits plus the token's own evidence log q(x_t | x₀ = k), by Bayes' rule. Under masks,
 * visible tokens therefore stay. Networks of all kernels are trained in this form.
 *
 * @param evaluate raw logits; the array it returns is written into
 * @param options `timeless`: the network does not use the time; its denoiser then depends on it through the evidence
 * alone, and under masks not at all
 * @example
 * const denoiser = fromLogits(process, [128], (xt, t, batch) => run(xt, t, batch), { timeless: true })
 */
export function fromLogits(
  process: DiscreteProcess,
  shape: readonly number[],
  evaluate: EvaluateLogits,
  { timeless = false }: { readonly timeless?: boolean } = {},
): CategoricalDenoiser {
  const { categories } = process
  const size = sizeOf(shape)
  return Object.freeze({
    process,
    shape,
    timeless: timeless && process.mask !== null,
    async logits(xt: Int32Array, t: number, batch: number, context?: DenoiseContext) {
      const out = await evaluate(xt, t, batch, context)
      for (let i = 0; i < batch * size; i++) {
        process.addEvidence(out, i * categories, xt[i]!, t)
        logNormalize(out, i * categories, categories)
      }
      return out
    },
  })
}
