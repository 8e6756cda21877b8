/**
 * The variational bound of rows, term by term, in nats:
 *
 *     −log p(x₀) ≤ L_T + Σ D_KL(q(x_s | x_t, x₀) ‖ p(x_s | x_t)) + L₀,
 *
 * over the free cells, given those that are given. Each term is a sum over cells: of numbers, divergences of normal laws with the
 * variance of q(x_t | x_s); of categories, sums over all states. It holds for numbers as a density.
 *
 * - Denoising Diffusion Probabilistic Models (Ho et al., 2020), equation 5, https://arxiv.org/abs/2006.11239
 * - Structured Denoising Diffusion Models in Discrete State-Spaces (Austin et al., 2021), equation 1, https://arxiv.org/abs/2107.03006
 */
import { throwIfAborted } from '../../interrupted.ts'
import { fold, key, normal, uniform } from '../../engine/random/index.ts'
import { type BoundTerms, withTotal } from '../denoise/bound-terms.ts'
import { chooseTerms } from '../likelihood/variational-bound.ts'
import { priorKl, transition } from '../noise/kernel.ts'
import { corruptRow } from './corrupt.ts'
import type { MixedDenoiser, MixedPosterior } from './denoiser.ts'
import { cellsOf, copyRows, countRows, free, type MixedRows } from './rows.ts'

/** How to work out the bound. */
export interface MixedBoundOptions {
  /** Steps of equal length; default 1000. */
  readonly steps?: number | undefined
  /** How many of the terms between are evaluated, one from each of so many strata; default all. */
  readonly terms?: number | undefined
  /** Decides noise and the choice of terms; default 0. */
  readonly seed?: number | bigint | string | undefined
  /** The number of the first row within all, when they come in batches. */
  readonly firstItem?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Called after each term. */
  readonly onTerm?: ((done: number, total: number) => void) | undefined
}

/** The bound of rows, in nats for each; `numbers` and `categories` are the parts of `total` that each kind of cell has. */
export interface MixedBound extends BoundTerms {
  readonly numbers: Float64Array
  readonly categories: Float64Array
}

/**
 * The bound of some rows.
 *
 * @throws TweedieError `shape`, `usage` for rows that are none
 * @example
 * const { total } = await mixedBound(denoiser, rows, { terms: 100 })
 */
export async function mixedBound(
  denoiser: MixedDenoiser,
  rows: MixedRows,
  options: MixedBoundOptions = {},
): Promise<MixedBound> {
  const { process } = denoiser
  const { steps = 1000, terms, seed = 0, firstItem = 0, signal, onTerm } = options
  const batch = countRows(process, { ...rows, cells: rows.cells })
  const times = Array.from({ length: steps }, (_, i) => (i + 1) / steps)
  const chosen = chooseTerms(times, { seed, ...(terms !== undefined && { terms }) })
  const noisy = copyRows(rows)
  const parts = { numbers: new Float64Array(batch), categories: new Float64Array(batch) }

  /** The divergences of all rows at a draw of x_t, the same whatever batch a row is in. */
  const nats = async (s: number, t: number, weight: number, index: number): Promise<Float64Array> => {
    throwIfAborted(signal)
    corruptAll(denoiser, rows, t, (row) => fold(key(seed), 'row', firstItem + row, index), noisy)
    const posterior = await denoiser.denoise(noisy, t, { signal })
    const numbers = numberNats(denoiser, rows, posterior, s, t)
    const categories = categoryNats(denoiser, rows, noisy, posterior, s, t)
    for (let row = 0; row < batch; row++) {
      parts.numbers[row]! += weight * numbers[row]!
      parts.categories[row]! += weight * categories[row]!
    }
    return numbers.map((value, row) => value + categories[row]!)
  }

  const prior = priorNats(denoiser, rows, times.at(-1)!)
  prior.forEach((value, row) => (parts.numbers[row]! += value))
  const transitions: BoundTerms['transitions'][number][] = []
  for (const [done, { index, weight }] of chosen.entries()) {
    const [s, t] = [times[index - 1]!, times[index]!]
    transitions.push(Object.freeze({ s, t, weight, nats: await nats(s, t, weight, index) }))
    onTerm?.(done + 1, chosen.length + 1)
  }
  const decoder = await nats(0, times[0]!, 1, 0)
  onTerm?.(chosen.length + 1, chosen.length + 1)
  return Object.freeze({ ...withTotal({ prior, transitions, decoder }), ...parts })
}

function corruptAll(
  { process }: MixedDenoiser,
  rows: MixedRows,
  t: number,
  noiseOf: (row: number) => ReturnType<typeof key>,
  out: MixedRows,
): void {
  const { numbers, columns } = process
  const batch = rows.cells.length / cellsOf(process)
  const normals = new Float64Array(rows.numbers.length)
  const uniforms = new Float64Array(rows.categories.length)
  for (let row = 0; row < batch; row++) {
    const own = noiseOf(row)
    normal(fold(own, 'numbers'), normals.subarray(row * numbers, (row + 1) * numbers))
    uniform(fold(own, 'categories'), uniforms.subarray(row * columns.length, (row + 1) * columns.length))
    corruptRow(process, rows, row, t, { normals, uniforms }, out)
  }
}

/** Of each row, the divergences of its free numbers; for s = 0 their density given x_t. */
function numberNats(
  { process }: MixedDenoiser,
  rows: MixedRows,
  { means }: MixedPosterior,
  s: number,
  t: number,
): Float64Array {
  const { posterior, variance } = transition(process.schedule, s, t)
  const ratio = posterior.variance / variance
  return perRow(rows, cellsOf(process), process.numbers, 0, (at) => {
    const square = (rows.numbers[at]! - means[at]!) ** 2
    if (s === 0) return (Math.log(2 * Math.PI * variance) + square / variance) / 2
    return (ratio - 1 - Math.log(ratio) + (posterior.sample ** 2 * square) / variance) / 2
  })
}

/** Of each row, the divergences of its free categories. */
function categoryNats(
  { process }: MixedDenoiser,
  rows: MixedRows,
  noisy: MixedRows,
  { logP }: MixedPosterior,
  s: number,
  t: number,
): Float64Array {
  const { columns, numbers, logits, offsets } = process
  return perRow(rows, cellsOf(process), columns.length, numbers, (at, row, c) =>
    columns[c]!.divergence(logP, row * logits + offsets[c]!, noisy.categories[at]!, rows.categories[at]!, s, t),
  )
}

/** What is left of the row at time 1: of numbers a little, if α is not 0; of categories nothing. */
function priorNats({ process }: MixedDenoiser, rows: MixedRows, t: number): Float64Array {
  return perRow(rows, cellsOf(process), process.numbers, 0, (at) =>
    priorKl(process.schedule, t, rows.numbers[at]! ** 2),
  )
}

/** The sum over the free cells of each row, of so many from the cell `first` on. */
function perRow(
  { cells }: MixedRows,
  width: number,
  count: number,
  first: number,
  value: (at: number, row: number, cell: number) => number,
): Float64Array {
  const out = new Float64Array(cells.length / width)
  for (let row = 0; row < out.length; row++) {
    for (let i = 0; i < count; i++) {
      if (cells[row * width + first + i] === free) out[row]! += value(row * count + i, row, i)
    }
  }
  return out
}
