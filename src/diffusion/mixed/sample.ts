/**
 * Draws rows, from noise at time 1 to 0, all cells of a row at once. In a step from t to s, numbers go by
 *
 *     x_s = α_s x̂ + √(σ_s² − η² β̃) ε̂ + η √β̃ z,    x̂ = E[x₀ | x_t],  ε̂ = (x_t − α_t x̂)/σ_t,
 *
 * with z ~ N(0, I): η = 1 is a draw of q(x_s | x_t, x̂), and η = 0 is DDIM. Where η is 0, x̂ is carried on by its change over the step
 * before, which makes it a solver of second order (DPM-Solver++). Categories are drawn from Σ_k p(x₀ = k | x_t) q(x_s | x_t, k).
 * Cells that are given stay as they are: the denoiser counts them as evidence, as a network does that was trained with given cells.
 *
 * - Denoising Diffusion Implicit Models (Song et al., 2021), equation 12, https://arxiv.org/abs/2010.02502
 * - DPM-Solver++ (Lu et al., 2022), https://arxiv.org/abs/2211.01095
 * - Argmax Flows and Multinomial Diffusion (Hoogeboom et al., 2021), https://arxiv.org/abs/2102.05379
 */
import { TweedieError } from '../../errors.ts'
import { fold, key, normal, uniform } from '../../engine/random/index.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { drawLog } from '../discrete/log-space.ts'
import { transition } from '../noise/kernel.ts'
import type { MixedNoise } from './corrupt.ts'
import type { MixedDenoiser, MixedPosterior } from './denoiser.ts'
import { carriedOn, type EarlierMeans } from './extrapolate.ts'
import { cellsOf, copyRows, countRows, free, type MixedRows } from './rows.ts'

/** How to draw. */
export interface MixedSampleOptions {
  /** Steps of equal length; default 50. */
  readonly steps?: number | undefined
  /** The noise of numbers: 0 none, 1 that of DDPM; default 0. */
  readonly eta?: number | undefined
  /** Row i depends on (seed, firstItem + i) and its given cells only; default 0. */
  readonly seed?: number | bigint | string | undefined
  readonly firstItem?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Called after each step. */
  readonly onStep?: ((done: number, total: number) => void) | undefined
}

/**
 * Draws the free cells of some rows.
 *
 * @param rows which cells are free, and the values of those that are given
 * @returns the rows, complete but for missing cells
 * @throws TweedieError `usage` for numbers of steps that make no sense, `shape`
 * @example
 * const rows = await sampleMixed(denoiser, emptyRows(process, 1000), { seed: 1 })
 */
export async function sampleMixed(
  denoiser: MixedDenoiser,
  rows: MixedRows,
  options: MixedSampleOptions = {},
): Promise<MixedRows> {
  const { process } = denoiser
  const { steps = 50, eta = 0, seed = 0, firstItem = 0, signal, onStep } = options
  if (!Number.isInteger(steps) || steps < 1) {
    throw new TweedieError('usage', `steps: ${steps}, must be a positive whole number`)
  }
  countRows(process, rows)
  const state = start(denoiser, rows, noiseFor(denoiser, rows, seed, firstItem, 'start'))
  let earlier: EarlierMeans | undefined
  for (let index = 0; index < steps; index++) {
    const [t, s] = [1 - index / steps, 1 - (index + 1) / steps]
    throwIfAborted(signal)
    const posterior = await denoiser.denoise(state, t, { signal })
    const means = eta === 0 ? carriedOn(process.schedule, posterior.means, earlier, t, s) : posterior.means
    earlier = { t, means: posterior.means }
    step(denoiser, state, { ...posterior, means }, { s, t, eta }, noiseFor(denoiser, rows, seed, firstItem, index))
    onStep?.(index + 1, steps)
  }
  return state
}

/** Random numbers of each row by a key of its own. */
function noiseFor(
  { process }: MixedDenoiser,
  rows: MixedRows,
  seed: number | bigint | string,
  firstItem: number,
  ...data: (number | string)[]
): MixedNoise {
  const { numbers, columns } = process
  const normals = new Float64Array(rows.numbers.length)
  const uniforms = new Float64Array(rows.categories.length)
  const run = key(seed)
  for (let row = 0; row < rows.cells.length / cellsOf(process); row++) {
    const own = fold(run, 'rows', firstItem + row, ...data)
    normal(own, normals.subarray(row * numbers, (row + 1) * numbers))
    uniform(fold(own, 'categories'), uniforms.subarray(row * columns.length, (row + 1) * columns.length))
  }
  return { normals, uniforms }
}

/** Noise in free cells. */
function start({ process }: MixedDenoiser, rows: MixedRows, noise: MixedNoise): MixedRows {
  const { numbers, columns } = process
  const width = cellsOf(process)
  const state = copyRows(rows)
  for (let row = 0; row < state.cells.length / width; row++) {
    for (let i = 0; i < numbers; i++) {
      if (state.cells[row * width + i] === free) state.numbers[row * numbers + i] = noise.normals[row * numbers + i]!
    }
    columns.forEach((column, c) => {
      const at = row * columns.length + c
      if (state.cells[row * width + numbers + c] !== free) return
      column.drawPrior(noise.uniforms.subarray(at, at + 1), state.categories.subarray(at, at + 1))
    })
  }
  return state
}

/** One step of every free cell. */
function step(
  { process }: MixedDenoiser,
  state: MixedRows,
  { means, logP }: MixedPosterior,
  { s, t, eta }: { readonly s: number; readonly t: number; readonly eta: number },
  { normals, uniforms }: MixedNoise,
): void {
  const { schedule, numbers, columns, offsets, logits } = process
  const width = cellsOf(process)
  const [alpha, sigma, before] = [schedule.alpha(t), schedule.sigma(t), schedule.alpha(s)]
  const spread = eta ** 2 * transition(schedule, s, t).posterior.variance
  const kept = Math.sqrt(Math.max(0, schedule.sigma(s) ** 2 - spread))
  const laws = columns.map(({ states }) => new Float64Array(states))
  for (let row = 0; row < state.cells.length / width; row++) {
    for (let i = 0; i < numbers; i++) {
      if (state.cells[row * width + i] !== free) continue
      const at = row * numbers + i
      const mean = means[at]!
      const noise = (state.numbers[at]! - alpha * mean) / sigma
      state.numbers[at] = before * mean + kept * noise + Math.sqrt(spread) * normals[at]!
    }
    for (let c = 0; c < columns.length; c++) {
      if (state.cells[row * width + numbers + c] !== free) continue
      const at = row * columns.length + c
      const from = row * logits + offsets[c]!
      const { categories } = columns[c]!
      if (s > 0) columns[c]!.reverse(logP, from, state.categories[at]!, s, t, laws[c]!)
      state.categories[at] = s > 0 ? drawLog(laws[c]!, uniforms[at]!) : drawLog(logP, uniforms[at]!, from, categories)
    }
  }
}
