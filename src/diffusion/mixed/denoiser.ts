/** Denoisers of rows: the posterior of each cell given a noisy row. Networks and known laws are such denoisers. */
import type { FloatArray } from '../../engine/random/index.ts'
import { logNormalize } from '../discrete/log-space.ts'
import type { MixedProcess } from './process.ts'
import { cellsOf, free, type MixedRows, outputSize } from './rows.ts'

/** What is known of the clean cells of N rows. */
export interface MixedPosterior {
  /** E[x₀ | x_t] of each number, `[N, numbers]`. */
  readonly means: FloatArray
  /** log p(x₀ = k | x_t) of each category, column after column, `[N, logits]`. */
  readonly logP: FloatArray
}

/** The posterior of clean cells given noisy ones; what is given counts as evidence, what is missing does not. */
export interface MixedDenoiser {
  readonly process: MixedProcess
  /** @param rows at time t in (0, 1], read only; the answer is new, and calls may overlap */
  denoise(
    rows: MixedRows,
    t: number,
    context?: { readonly signal?: AbortSignal | undefined },
  ): Promise<MixedPosterior> | MixedPosterior
}

/** A network's answer for rows: v = α ε − σ x₀ of each number, then raw logits, `[N, numbers + logits]`. */
export type EvaluateRows = (
  rows: MixedRows,
  t: number,
  context?: { readonly signal?: AbortSignal | undefined },
) => FloatArray | Promise<FloatArray>

/**
 * The denoiser of a network: x₀ = α x_t − σ v, and by Bayes' rule the logits of a category from its context with the evidence of
 * its own noisy state.
 *
 * @param evaluate the network; the array it returns may be written into
 * @example
 * const denoiser = fromRowPrediction(process, (rows, t) => run(rows, t))
 */
export function fromRowPrediction(process: MixedProcess, evaluate: EvaluateRows): MixedDenoiser {
  const { numbers, columns, logits, offsets, schedule } = process
  const [size, width] = [outputSize(process), cellsOf(process)]
  return Object.freeze<MixedDenoiser>({
    process,
    async denoise(rows, t, context) {
      const out = await evaluate(rows, t, context)
      const count = rows.cells.length / width
      const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
      const means = new Float64Array(count * numbers)
      const logP = new Float64Array(count * logits)
      for (let row = 0; row < count; row++) {
        for (let i = 0; i < numbers; i++) {
          means[row * numbers + i] = alpha * rows.numbers[row * numbers + i]! - sigma * out[row * size + i]!
        }
        columns.forEach((column, c) => {
          const from = row * logits + offsets[c]!
          for (let k = 0; k < column.categories; k++) logP[from + k] = out[row * size + numbers + offsets[c]! + k]!
          if (rows.cells[row * width + numbers + c] === free) {
            column.addEvidence(logP, from, rows.categories[row * columns.length + c]!, t)
          }
          logNormalize(logP, from, column.categories)
        })
      }
      return { means, logP }
    },
  })
}
