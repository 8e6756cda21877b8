/**
 * JPEG compression as a measurement: the frequencies of a picture, block by block, rounded to multiples of coarse
 * steps.
 */
import { type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { nonlinearOperator, type Operator } from './operator.ts'
import { planesOf } from './planes.ts'
import { bothSides, matrix, type Matrix, transposed } from './separable.ts'

/** A JPEG coder as a measurement of coefficients. */
export interface JpegOperator extends Operator {
  /** step/√12 of each coefficient, the standard deviation that the rounding amounts to: σ_y of such a measurement. */
  readonly sigma: Float64Array
  /** The picture that a viewer decodes from the coefficients: one item, `[...to]` → `[...from]`. */
  decode(y: FloatArray): Float64Array
}

/** Pixels along a side of a block. */
const block = 8

/** The steps of brightness and of colour at quality 50, in bytes, a row to a vertical frequency: ITU-T T.81, Annex K. */
const brightnessSteps: readonly number[] = Object.freeze([
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
  87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
])
const colourSteps: readonly number[] = Object.freeze(
  Array.from({ length: block * block }, (_, at) => {
    const corner = [17, 18, 24, 47, 18, 21, 26, 66, 24, 26, 56, 99, 47, 66, 99, 99]
    const [row, column] = [Math.floor(at / block), at % block]
    return row < 4 && column < 4 ? corner[4 * row + column]! : 99
  }),
)

/** From red, green and blue around the middle grey to brightness, blueness and redness, and back. */
const toYcc = matrix(
  3,
  3,
  (i, j) => [0.299, 0.587, 0.114, -0.168736, -0.331264, 0.5, 0.5, -0.418688, -0.081312][3 * i + j]!,
)
const fromYcc = matrix(3, 3, (i, j) => [1, 0, 1.402, 1, -0.344136, -0.714136, 1, 1.772, 0][3 * i + j]!)

/**
 * y = q · round(W x / q): the cosine transform W of each block of 8 × 8 pixels, in brightness and colour for pictures of three
 * channels (which are not sub-sampled), rounded to multiples of the steps q. Edges repeat until the blocks are whole. As with
 * `quantisation`, the derivative is that of what is rounded, W.
 *
 * Wallace, The JPEG still picture compression standard (1992), https://doi.org/10.1109/30.125072
 *
 * @param from `[1 or 3, H, W]`, in [−1, 1]
 * @param quality 1 … 100, in the scale of the Independent JPEG Group
 * @example
 * const coder = jpegCompression([3, 32, 32], 10)
 * const observed = observation(coder, await coder.forward(x), coder.sigma)
 */
export function jpegCompression(from: readonly number[], quality: number): JpegOperator {
  if (!(quality >= 1 && quality <= 100)) throw new TweedieError('usage', `a quality of ${quality}: from 1 to 100`)
  const { channels, height, width } = planesOf(from)
  if (from.length !== 3 || (channels !== 1 && channels !== 3)) {
    throw new TweedieError('shape', `JPEG of items [${from.join(', ')}]: expected an image of 1 or 3 channels`)
  }
  const [down, across] = [blockCosines(height), blockCosines(width)]
  const [up, back] = [transposed(down), transposed(across)]
  const plane = down.rows * across.rows
  const steps = Float64Array.from({ length: channels * plane }, (_, at) => {
    const [y, x] = [Math.floor((at % plane) / across.rows) % block, at % block]
    return stepOf((at < plane ? brightnessSteps : colourSteps)[y * block + x]!, quality)
  })
  const mix = (by: Matrix, x: ArrayLike<number>): ArrayLike<number> => (channels === 3 ? channelsBy(by, x) : x)
  const transform = (x: ArrayLike<number>): Float64Array => bothSides(down, mix(toYcc, x), across, channels)
  const to = [channels, down.rows, across.rows]
  const operator = nonlinearOperator({
    name: `JPEG of quality ${quality}`,
    from,
    to,
    forward: (x) => transform(x).map((value, i) => steps[i]! * Math.round(value / steps[i]!)),
    pushforward: (_, u) => transform(u),
    pullback: (_, v) => mix(transposed(toYcc), bothSides(up, v, back, channels)),
  })
  const [rows, columns] = [inverseCosines(height), inverseCosines(width)]
  return Object.freeze({
    ...operator,
    sigma: steps.map((step) => step / Math.sqrt(12)),
    decode(y: FloatArray): Float64Array {
      if (y.length !== sizeOf(to)) throw new TweedieError('shape', `${y.length} coefficients, expected ${sizeOf(to)}`)
      return Float64Array.from(mix(fromYcc, bothSides(rows, y, columns, channels)))
    },
  })
}

/** A step at a quality, in units of data: 2 is the whole range. */
function stepOf(atFifty: number, quality: number): number {
  const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality
  return Math.min(255, Math.max(1, Math.floor((atFifty * percent + 50) / 100))) / 127.5
}

/** The orthonormal cosines of blocks along an axis, of which the last pixel repeats: `[whole blocks, size]`. */
function blockCosines(size: number): Matrix {
  const whole = block * Math.ceil(size / block)
  const data = new Float64Array(whole * size)
  for (let row = 0; row < whole; row++) {
    for (let k = 0; k < block; k++) {
      const at = row - (row % block) + k
      data[row * size + Math.min(at, size - 1)]! += cosine(row % block, k)
    }
  }
  return { rows: whole, columns: size, data }
}

/** From the cosines back to the pixels, without the repeated ones. */
function inverseCosines(size: number): Matrix {
  const whole = block * Math.ceil(size / block)
  return matrix(size, whole, (at, row) =>
    Math.floor(at / block) === Math.floor(row / block) ? cosine(row % block, at % block) : 0,
  )
}

function cosine(frequency: number, at: number): number {
  return Math.sqrt((frequency === 0 ? 1 : 2) / block) * Math.cos((Math.PI * frequency * (2 * at + 1)) / (2 * block))
}

/** M times the channels of each pixel. */
function channelsBy({ rows, columns, data }: Matrix, x: ArrayLike<number>): Float64Array {
  const plane = x.length / columns
  return Float64Array.from({ length: rows * plane }, (_, at) => {
    const row = Math.floor(at / plane)
    let sum = 0
    for (let c = 0; c < columns; c++) sum += data[row * columns + c]! * x[c * plane + (at % plane)]!
    return sum
  })
}
