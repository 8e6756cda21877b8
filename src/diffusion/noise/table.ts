/** Discrete noise: T levels given by β_i, with ᾱ_i = ∏_{j ≤ i} (1 − β_j). Index 0 is the faintest noise. */
import { TweedieError } from '../../errors.ts'
import { type BetaOptions, type BetaTableName, betaTables } from './betas.ts'

/** The noise levels of a discrete diffusion; every array has `steps` entries. */
export interface NoiseTable {
  /** T, the number of noise levels. */
  readonly steps: number
  /** β_i, the variance that step i adds. */
  readonly betas: Float64Array
  /** ᾱ_i = α_t² at level i: diffusers' `alphas_cumprod`. */
  readonly alphaBar: Float64Array
}

/** Builds the table of these β, each in (0, 1]; only the last may be 1 (no signal left). */
export function noiseTable(betas: ArrayLike<number>): NoiseTable {
  const steps = betas.length
  const alphaBar = new Float64Array(steps)
  let product = 1
  for (let i = 0; i < steps; i++) {
    const beta = betas[i]!
    if (!(beta > 0 && (beta < 1 || (beta === 1 && i === steps - 1)))) {
      throw new TweedieError('usage', `beta[${i}] is ${beta}: every beta must lie in (0, 1)`, {
        hint: 'only the last beta may be 1 (zero terminal SNR)',
      })
    }
    product *= 1 - beta
    alphaBar[i] = product
  }
  return Object.freeze({ steps, betas: Float64Array.from(betas), alphaBar })
}

/**
 * The table of one of diffusers' `beta_schedule` names.
 *
 * @example
 * const table = namedTable('linear')
 * table.alphaBar[999] // 4.04e-5
 */
export function namedTable(name: BetaTableName, options: BetaOptions = {}): NoiseTable {
  if (!Object.hasOwn(betaTables, name)) {
    throw new TweedieError('usage', `unknown beta schedule: ${name}`, {
      hint: `one of ${Object.keys(betaTables).join(', ')}`,
    })
  }
  return noiseTable(betaTables[name](options))
}

/** The table that has these ᾱ, strictly falling: β_i = 1 − ᾱ_i/ᾱ_{i−1}. */
export function tableOfAlphaBar(alphaBar: ArrayLike<number>): NoiseTable {
  return noiseTable(Float64Array.from(alphaBar, (value, i) => 1 - value / (i === 0 ? 1 : alphaBar[i - 1]!)))
}

/**
 * Shifts and scales √ᾱ so that the last level holds no signal at all, ᾱ_{T−1} = 0, and the first is unchanged.
 *
 * Common Diffusion Noise Schedules and Sample Steps are Flawed (Lin et al., 2024), algorithm 1,
 * https://arxiv.org/abs/2305.08891
 */
export function zeroTerminalSnr(table: NoiseTable): NoiseTable {
  const root = table.alphaBar.map(Math.sqrt)
  const first = root[0]!
  const last = root[table.steps - 1]!
  return tableOfAlphaBar(root.map((value) => (((value - last) * first) / (first - last)) ** 2))
}
