/** The words of the figures, each a point of the plane. */
import { diracDenoiser } from '../../../../diffusion/denoise/index.ts'
import {
  embeddingTable,
  type EmbeddingTable,
  embedTokens,
  roundingLogits,
} from '../../../../diffusion/discrete/index.ts'
import type { Schedule } from '../../../../diffusion/noise/index.ts'
import type { Point } from '../../figure.ts'

export const words = ['cat', 'dog', 'sat', 'ran', 'here', 'there']

/** Where they begin: of zero mean and unit variance, as rows of a table are brought to. */
export const places: readonly Point[] = [
  [1.1, 1.2],
  [1.5, 0.2],
  [-0.3, 1.1],
  [-1.5, 0.2],
  [-0.9, -1.3],
  [0.4, -1.4],
]

export const tableOf = (points: readonly Point[]): EmbeddingTable =>
  embeddingTable(Float64Array.from(points.flat()), points.length)

/**
 * p(w | x_t) ∝ exp(−‖x_t − α e_w‖² / 2σ²) for every word, `[..., K]`: in units of σ the noise is 1, which rounding assumes.
 */
export function readAt(table: EmbeddingTable, schedule: Schedule, t: number, x: ArrayLike<number>): Float64Array {
  const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
  const scaled = embeddingTable(
    Float64Array.from(table.vectors, (value) => (alpha / sigma) * value),
    table.tokens,
  )
  return roundingLogits(
    scaled,
    Float64Array.from(x, (value) => value / sigma),
  ).map(Math.exp)
}

/** The exact denoiser of texts, each as likely. */
export function textsDenoiser(table: EmbeddingTable, schedule: Schedule, texts: readonly (readonly number[])[]) {
  const points = texts.flatMap((text) => [...embedTokens(table, text)])
  return diracDenoiser({ schedule, shape: [texts[0]!.length, table.features], points })
}
