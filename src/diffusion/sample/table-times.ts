/**
 * Grids on the levels of a noise table, with diffusers' names and rounding, so that a model trained on T levels is
 * evaluated at those levels only.
 *
 * Common Diffusion Noise Schedules and Sample Steps are Flawed (Lin et al., 2024), table 2,
 * https://arxiv.org/abs/2305.08891
 */
import { TweedieError } from '../../errors.ts'
import { timeOfIndex } from '../noise/table-schedule.ts'
import type { NoiseTable } from '../noise/table.ts'
import { requireSteps } from './times.ts'

/** Where n levels lie among T. */
export interface TableSpacing {
  /**
   * `leading` — multiples of ⌊T/n⌋ from level 0 (DDIM's way; never sees the noisiest level);
   * `trailing` — down from T − 1 in steps of T/n; `linspace` — equal steps from T − 1 to 0.
   */
  readonly spacing?: 'leading' | 'trailing' | 'linspace'
  /** Added to every level of `leading`, diffusers' `steps_offset`; default 0. */
  readonly offset?: number
  /** Whether levels of `linspace` are rounded to whole ones (default) or may be fractions, as for Euler and Heun. */
  readonly rounding?: 'whole' | 'none'
  /** `n` spreads n levels (default); `n+1` spreads one more and leaves out the lowest, as DPM-Solver, DEIS and UniPC do. */
  readonly spread?: 'n' | 'n+1'
}

/** n levels of a table of `T`, falling. */
export function tableIndices(
  T: number,
  steps: number,
  { spacing = 'leading', offset = 0, rounding = 'whole', spread = 'n' }: TableSpacing = {},
): number[] {
  requireSteps(steps)
  if (steps > T) throw new TweedieError('usage', `${steps} steps: the noise table has ${T} levels only`)
  const count = spread === 'n' ? steps : steps + 1
  const round = rounding === 'whole' ? roundHalfEven : (level: number) => level
  const falling = (level: (i: number) => number) => Array.from({ length: steps }, (_, i) => level(count - 1 - i))
  switch (spacing) {
    case 'leading': {
      const ratio = Math.floor(T / count)
      return falling((i) => i * ratio + offset)
    }
    case 'trailing':
      return Array.from({ length: steps }, (_, i) => roundHalfEven(T - i * (T / steps)) - 1)
    case 'linspace':
      return falling((i) => (count === 1 ? 0 : round(i * ((T - 1) / (count - 1)))))
    default:
      throw new TweedieError('usage', `unknown spacing: ${String(spacing)}`, {
        hint: 'one of leading, trailing, linspace',
      })
  }
}

/**
 * The times of n levels of a table, and what comes after the last of them.
 *
 * @param final `zero` — clean data, ᾱ = 1 (the default); `sigma-min` — level 0
 */
export function tableTimes(
  table: NoiseTable,
  steps: number,
  { final = 'zero', ...spacing }: TableSpacing & { final?: 'zero' | 'sigma-min' } = {},
): number[] {
  return timesOfIndices(table, tableIndices(table.steps, steps, spacing), final)
}

/** The times of any falling levels τ of a table, for instance those of a respaced model, and what comes after them. */
export function timesOfIndices(
  table: NoiseTable,
  indices: readonly number[],
  final: 'zero' | 'sigma-min' = 'zero',
): number[] {
  return [...indices.map((index) => timeOfIndex(table, index)), final === 'zero' ? 0 : timeOfIndex(table, 0)]
}

/** Rounds to the nearest whole number, halves to the even one, as IEEE 754 and numpy do. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
