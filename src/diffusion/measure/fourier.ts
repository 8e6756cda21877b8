/**
 * Fourier sub-sampling: some frequencies of a picture or signal are measured, as in magnetic resonance and radio astronomy.
 * In real numbers: along an axis of n, the orthonormal basis √(1/n), √(2/n) cos(2π f i/n), √(2/n) sin(2π f i/n) …
 */
import { TweedieError } from '../../errors.ts'
import { type LinearOperator, linearOperator } from './operator.ts'
import { planesOf } from './planes.ts'
import { bothSides, matrix, type Matrix, transposed } from './separable.ts'

/**
 * Measures the frequencies that are kept: their cosine and sine parts, all four products of them in two dimensions.
 *
 * @param keep whether a frequency is measured, in cycles over the height and over the width, 0 … ⌊size / 2⌋
 * @example
 * fourierSampling([1, 28, 28], (vertical) => vertical <= 3 || vertical % 4 === 0) // lines, dense in the centre
 */
export function fourierSampling(
  from: readonly number[],
  keep: (vertical: number, horizontal: number) => boolean,
): LinearOperator {
  const { channels, height, width } = planesOf(from)
  const [down, across] = [fourierBasis(height), fourierBasis(width)]
  const [up, back] = [transposed(down), transposed(across)]
  const plane = height * width
  const kept = Array.from({ length: channels * plane }, (_, i) => i).filter((i) =>
    keep(frequencyOf(Math.floor(i / width) % height), frequencyOf(i % width)),
  )
  if (kept.length === 0) throw new TweedieError('usage', 'no frequency is kept: nothing was measured')
  const forward = (x: ArrayLike<number>): Float64Array => {
    const all = bothSides(down, x, across, channels)
    return Float64Array.from(kept, (i) => all[i]!)
  }
  const adjoint = (v: ArrayLike<number>): Float64Array => {
    const all = new Float64Array(channels * plane)
    kept.forEach((i, k) => (all[i] = v[k]!))
    return bothSides(up, all, back, channels)
  }
  return linearOperator({
    name: `${kept.length} of ${channels * plane} frequencies`,
    from,
    to: [kept.length],
    forward,
    adjoint,
    svd: () => ({
      values: new Float64Array(kept.length).fill(1),
      coordinates: forward,
      compose: adjoint,
      measured: (y) => Float64Array.from(y),
    }),
  })
}

/** Rows 2f − 1 and 2f of the basis are the cosine and the sine of frequency f. */
function frequencyOf(row: number): number {
  return Math.ceil(row / 2)
}

/** The orthonormal basis of an axis, a function to a row. */
function fourierBasis(n: number): Matrix {
  return matrix(n, n, (row, i) => {
    const angle = (2 * Math.PI * frequencyOf(row) * i) / n
    const alone = row === 0 || 2 * frequencyOf(row) === n
    return Math.sqrt((alone ? 1 : 2) / n) * (row % 2 === 1 || row === 0 ? Math.cos(angle) : Math.sin(angle))
  })
}
