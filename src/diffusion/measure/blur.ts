/** Blurs, for deblurring: pictures and signals out of focus or in motion. Edge pixels repeat beyond the edge. */
import { TweedieError } from '../../errors.ts'
import type { LinearOperator } from './operator.ts'
import { planesOf } from './planes.ts'
import { matrix, type Matrix, separableOperator } from './separable.ts'
import { sparseOperator } from './sparse.ts'

/** A Gaussian of this standard deviation in pixels, cut off at four of them. */
export function gaussianBlur(from: readonly number[], sigma: number): LinearOperator {
  if (!(sigma > 0 && Number.isFinite(sigma))) throw new TweedieError('usage', `a blur of ${sigma} pixels: above zero`)
  return blur(`Gaussian blur of ${sigma}`, from, gaussianTaps(sigma))
}

/** The mean over a box of this many pixels, an odd number, in each direction. */
export function boxBlur(from: readonly number[], length: number): LinearOperator {
  if (!(Number.isInteger(length) && length > 0 && length % 2 === 1)) {
    throw new TweedieError('usage', `a box of ${length} pixels: an odd whole number`)
  }
  return blur(`box blur of ${length}`, from, new Float64Array(length).fill(1 / length))
}

/**
 * Motion along a line: the mean over `length` pixels in a direction.
 *
 * @param angle in degrees: 0 to the right, 90 downwards
 */
export function motionBlur(from: readonly number[], length: number, angle = 0): LinearOperator {
  if (!(length > 0 && Number.isFinite(length) && Number.isFinite(angle))) {
    throw new TweedieError('usage', `motion of ${length} pixels at ${angle} degrees: a length above zero`)
  }
  const reach = Math.ceil(length / 2)
  const size = 2 * reach + 1
  const kernel = new Float64Array(size * size)
  const radians = (angle * Math.PI) / 180
  const points = 8 * Math.ceil(length) + 1
  for (let k = 0; k < points; k++) {
    const along = ((k + 0.5) / points - 0.5) * length
    spread(kernel, size, reach + along * Math.sin(radians), reach + along * Math.cos(radians), 1 / points)
  }
  return kernelBlur(from, kernel, [size, size], `motion blur of ${length} at ${angle}°`)
}

/** Any kernel, odd in both directions, whose centre stays in place: cross-correlation, plane by plane. */
export function kernelBlur(
  from: readonly number[],
  kernel: ArrayLike<number>,
  [rows, columns]: readonly [rows: number, columns: number],
  name = 'blur',
): LinearOperator {
  if (kernel.length !== rows * columns || rows % 2 === 0 || columns % 2 === 0) {
    throw new TweedieError('shape', `a kernel of ${kernel.length} numbers as ${rows} × ${columns}: both must be odd`)
  }
  const { channels, height, width } = planesOf(from)
  const [up, left] = [(rows - 1) / 2, (columns - 1) / 2]
  const taps = Array.from({ length: kernel.length }, (_, i) => i).filter((i) => kernel[i]! !== 0)
  const lines = Array.from({ length: channels * height * width }, (_, at) => {
    const [plane, y, x] = [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width]
    const indices = taps.map((tap) => {
      const row = clamp(y + Math.floor(tap / columns) - up, height)
      return (plane * height + row) * width + clamp(x + (tap % columns) - left, width)
    })
    return { indices, weights: taps.map((tap) => kernel[tap]!) }
  })
  return sparseOperator({ name, from, to: from }, lines)
}

/** The same weights along both axes, or along the one that a signal has. */
function blur(name: string, from: readonly number[], taps: Float64Array): LinearOperator {
  const { height, width } = planesOf(from)
  const along = (size: number): Matrix => {
    const data = new Float64Array(size * size)
    const reach = (taps.length - 1) / 2
    for (let i = 0; i < size; i++) taps.forEach((tap, k) => (data[i * size + clamp(i + k - reach, size)]! += tap))
    return { rows: size, columns: size, data }
  }
  const down = from.length < 3 ? matrix(1, 1, () => 1) : along(height)
  return separableOperator(name, from, { down, across: along(width) })
}

function gaussianTaps(sigma: number): Float64Array {
  const reach = Math.ceil(4 * sigma)
  const taps = Float64Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)))
  const total = taps.reduce((sum, tap) => sum + tap, 0)
  return taps.map((tap) => tap / total)
}

/** Adds a weight to the four cells around a point. */
function spread(kernel: Float64Array, size: number, y: number, x: number, weight: number): void {
  const [top, left] = [Math.floor(y), Math.floor(x)]
  for (const [i, j] of [
    [top, left],
    [top, left + 1],
    [top + 1, left],
    [top + 1, left + 1],
  ] as const) {
    const share = (1 - Math.abs(y - i)) * (1 - Math.abs(x - j))
    if (share > 0) kernel[clamp(i, size) * size + clamp(j, size)]! += weight * share
  }
}

function clamp(at: number, size: number): number {
  return Math.min(size - 1, Math.max(0, at))
}
