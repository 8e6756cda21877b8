/**
 * Rows of numbers and categories under noise: each number x becomes x_t = α_t x + σ_t ε, and each category moves by a discrete
 * process over the categories of its own column, all by one time t. Given the clean row, cells are independent on the way to noise;
 * so divergences, losses and bounds are sums over cells, and only the denoiser knows how cells depend on each other.
 *
 * - TabDDPM: Modelling Tabular Data with Diffusion Models (Kotelnikov et al., 2022), https://arxiv.org/abs/2209.15421
 * - Argmax Flows and Multinomial Diffusion (Hoogeboom et al., 2021), https://arxiv.org/abs/2102.05379
 */
import { TweedieError } from '../../errors.ts'
import { absorbingProcess } from '../discrete/absorbing.ts'
import type { AbsorbingProcess, UniformProcess } from '../discrete/process.ts'
import { checkDiscreteSpec, type DiscreteSpec } from '../discrete/spec.ts'
import { uniformProcess } from '../discrete/uniform.ts'
import { type NoiseSpec, scheduleOfNoise } from '../noise/named.ts'
import type { Schedule } from '../noise/schedule.ts'

/** How cells are lost, as plain JSON. */
export interface MixedSpec {
  /** The noise of numbers: any with α² + σ² = 1, so that numbers keep their size. */
  readonly noise: NoiseSpec
  /** The process of categories, `uniform` or `absorbing`, in continuous time (`steps: null`). */
  readonly categories: DiscreteSpec
}

/** The process of one column of categories. */
export type CategoryProcess = AbsorbingProcess | UniformProcess

/** The noise of whole rows. */
export interface MixedProcess {
  readonly spec: MixedSpec
  readonly schedule: Schedule
  /** How many numbers a row has. */
  readonly numbers: number
  /** A process for each column of categories. */
  readonly columns: readonly CategoryProcess[]
  /** How many logits a row has: the categories of all columns together. */
  readonly logits: number
  /** Where the logits of each column begin. */
  readonly offsets: readonly number[]
}

/**
 * The process of rows of so many numbers, and of columns with so many categories each.
 *
 * @throws TweedieError `usage` for rows without a cell, noise that changes the size of numbers, a column of fewer than two
 *   categories, or a kernel that has no continuous time
 * @example
 * const process = mixedProcess(usualMixedSpec(), 2, [3])
 */
export function mixedProcess(spec: MixedSpec, numbers: number, categories: readonly number[]): MixedProcess {
  const schedule = scheduleOfNoise(spec.noise)
  const size = schedule.alpha(0.5) ** 2 + schedule.sigma(0.5) ** 2
  if (Math.abs(size - 1) > 1e-6) {
    throw new TweedieError('usage', `noise ${schedule.name}: α² + σ² is ${size.toFixed(3)} in the middle`, {
      hint: 'rows take noise that keeps the size of numbers, such as cosine or vp',
    })
  }
  if (numbers + categories.length === 0) throw new TweedieError('usage', 'rows without a cell')
  const columns = categories.map((count) => columnProcess(spec.categories, count))
  let logits = 0
  const offsets = categories.map((count) => (logits += count) - count)
  return Object.freeze({ spec, schedule, numbers, columns, logits, offsets })
}

/** Cosine noise for numbers; masks, or with the kernel `uniform` other categories, in the place of categories. */
export function usualMixedSpec(kernel: 'absorbing' | 'uniform' = 'absorbing'): MixedSpec {
  const schedule = kernel === 'absorbing' ? 'linear' : 'cosine'
  return { noise: { schedule: 'cosine' }, categories: { kernel, schedule, steps: null, objective: 'bound' } }
}

function columnProcess(spec: DiscreteSpec, categories: number): CategoryProcess {
  if (spec.steps !== null) {
    throw new TweedieError('usage', `categories in ${spec.steps} steps: rows have continuous time`, {
      hint: 'steps: null',
    })
  }
  checkDiscreteSpec(spec, categories)
  return spec.kernel === 'absorbing' ? absorbingProcess(spec, categories) : uniformProcess(spec, categories)
}
