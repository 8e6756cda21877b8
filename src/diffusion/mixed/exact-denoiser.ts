/**
 * The exact denoiser of a known law: a mixture whose components each have one category in every column, and a normal law of their
 * numbers. Any law of categories is such a mixture, with numbers that depend on them in any way. For tests, and to see what a sampler
 * does where the network makes no error.
 */
import { TweedieError } from '../../errors.ts'
import { logNormalize, logSumExp } from '../discrete/log-space.ts'
import type { MixedDenoiser } from './denoiser.ts'
import { conditionNormal, type NormalLaw } from './normal-law.ts'
import type { MixedProcess } from './process.ts'
import { cellsOf, free, given, missing, type MixedRows } from './rows.ts'

/** A part of the law. */
export interface MixedComponent extends NormalLaw {
  /** In proportion to its probability. */
  readonly weight: number
  /** The category in each column. */
  readonly categories: readonly number[]
}

/**
 * The denoiser of a law.
 *
 * @throws TweedieError `usage` for components that have other columns than the rows
 * @example
 * exactMixedDenoiser(mixedProcess(usualMixedSpec(), 1, [2]), [
 *   { weight: 1, categories: [0], mean: [-1], covariance: [[0.1]] },
 *   { weight: 3, categories: [1], mean: [1], covariance: [[0.2]] },
 * ])
 */
export function exactMixedDenoiser(process: MixedProcess, components: readonly MixedComponent[]): MixedDenoiser {
  const { numbers, columns, offsets, logits } = process
  for (const { categories, mean } of components) {
    if (categories.length === columns.length && mean.length === numbers) continue
    throw new TweedieError('usage', `a component of ${mean.length} numbers and ${categories.length} categories`, {
      hint: `rows have ${numbers} and ${columns.length}`,
    })
  }
  const width = cellsOf(process)
  return Object.freeze<MixedDenoiser>({
    process,
    denoise(rows, t) {
      const count = rows.cells.length / width
      const means = new Float64Array(count * numbers)
      const logP = new Float64Array(count * logits).fill(-Infinity)
      for (let row = 0; row < count; row++) {
        const conditioned = components.map((component) =>
          conditionNormal(component, seenNumbers(process, rows, row, t)),
        )
        const logW = Float64Array.from(
          components,
          ({ weight, categories }, m) =>
            Math.log(weight) + conditioned[m]!.logDensity + logStates(process, rows, row, t, categories),
        )
        const total = logSumExp(logW)
        components.forEach(({ categories }, m) => {
          const share = Math.exp(logW[m]! - total)
          if (share === 0) return
          conditioned[m]!.mean.forEach((value, i) => (means[row * numbers + i]! += share * value))
          categories.forEach((k, c) => {
            const at = row * logits + offsets[c]! + k
            logP[at] = logSumExp(Float64Array.of(logP[at]!, logW[m]! - total))
          })
        })
        columns.forEach(({ categories }, c) => logNormalize(logP, row * logits + offsets[c]!, categories))
      }
      return { means, logP }
    },
  })
}

/** Of each number of a row: y = a x + s ε. */
function seenNumbers({ numbers, columns, schedule }: MixedProcess, rows: MixedRows, row: number, t: number) {
  const kinds = {
    [free]: { factor: schedule.alpha(t), variance: schedule.sigma(t) ** 2 },
    [given]: { factor: 1, variance: 1e-10 },
    [missing]: { factor: 0, variance: 1 },
  }
  return Array.from({ length: numbers }, (_, i) => {
    const cell = rows.cells[row * (numbers + columns.length) + i] as keyof typeof kinds
    return { value: cell === missing ? 0 : rows.numbers[row * numbers + i]!, ...kinds[cell] }
  })
}

/** log q(states of a row | categories). */
function logStates(
  { numbers, columns }: MixedProcess,
  rows: MixedRows,
  row: number,
  t: number,
  categories: readonly number[],
): number {
  return columns.reduce((sum, column, c) => {
    const cell = rows.cells[row * (numbers + columns.length) + numbers + c]!
    const state = rows.categories[row * columns.length + c]!
    if (cell === missing) return sum
    if (cell === given) return state === categories[c] ? sum : -Infinity
    const evidence = new Float64Array(column.categories)
    column.addEvidence(evidence, 0, state, t)
    return sum + evidence[categories[c]!]!
  }, 0)
}
