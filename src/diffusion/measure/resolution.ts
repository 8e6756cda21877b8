/** Super-resolution: pictures and signals of a lower resolution. */
import { TweedieError } from '../../errors.ts'
import type { LinearOperator } from './operator.ts'
import { planesOf } from './planes.ts'
import { matrix, type Matrix, separableOperator } from './separable.ts'

/**
 * Averages blocks of factor × factor pixels.
 *
 * @throws TweedieError `usage` for a factor that does not divide height and width
 */
export function averagePooling(from: readonly number[], factor: number): LinearOperator {
  return resampling(`average of ${factor}`, from, factor, (size) =>
    matrix(size / factor, size, (i, j) => (Math.floor(j / factor) === i ? 1 / factor : 0)),
  )
}

/**
 * Bicubic reduction: Keys' kernel (a = −½), stretched by the factor so that nothing is aliased; the edge repeats.
 *
 * Keys, Cubic convolution interpolation for digital image processing (1981), https://doi.org/10.1109/TASSP.1981.1163711
 */
export function bicubicReduction(from: readonly number[], factor: number): LinearOperator {
  return resampling(`bicubic by ${factor}`, from, factor, (size) => bicubicMatrix(size, size / factor))
}

/** The matrix of bicubic interpolation from one size to another, larger or smaller. */
export function bicubicMatrix(from: number, to: number): Matrix {
  const ratio = from / to
  const stretch = Math.max(1, ratio)
  const data = new Float64Array(to * from)
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * ratio - 0.5
    const row = data.subarray(i * from, (i + 1) * from)
    for (let j = Math.ceil(centre - 2 * stretch); j <= centre + 2 * stretch; j++) {
      row[Math.min(from - 1, Math.max(0, j))]! += keys((j - centre) / stretch)
    }
    const total = row.reduce((sum, weight) => sum + weight, 0)
    for (let j = 0; j < from; j++) row[j]! /= total
  }
  return { rows: to, columns: from, data }
}

/** Keys' cubic kernel with a = −½. */
function keys(distance: number): number {
  const u = Math.abs(distance)
  if (u >= 2) return 0
  return u <= 1 ? 1.5 * u ** 3 - 2.5 * u ** 2 + 1 : -0.5 * u ** 3 + 2.5 * u ** 2 - 4 * u + 2
}

function resampling(
  name: string,
  from: readonly number[],
  factor: number,
  along: (size: number) => Matrix,
): LinearOperator {
  const { height, width } = planesOf(from)
  const flat = from.length < 3
  if (!(Number.isInteger(factor) && factor > 0 && width % factor === 0 && (flat || height % factor === 0))) {
    const common = divisorsOf(flat ? [width] : [height, width])
    throw new TweedieError('usage', `factor ${factor} does not divide ${flat ? width : `${height} × ${width}`}`, {
      hint: common.length > 0 ? `these do: ${common.join(', ')}` : 'no whole number but 1 does',
    })
  }
  return separableOperator(name, from, { down: flat ? matrix(1, 1, () => 1) : along(height), across: along(width) })
}

/** Whole numbers from 2 on that divide all sizes. */
function divisorsOf(sizes: readonly number[]): number[] {
  const candidates = Array.from({ length: Math.min(...sizes) - 1 }, (_, i) => i + 2)
  return candidates.filter((each) => sizes.every((size) => size % each === 0))
}
