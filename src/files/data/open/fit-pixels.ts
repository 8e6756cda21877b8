/** Pixels brought to a size: averaged over areas where they get smaller, interpolated where they get larger. */
import type { ImageFit } from '../image-fits.ts'
import type { Pixels } from './image-planes.ts'
import type { Size } from './image-words.ts'

/** Where a picture lies in its new rectangle, and what of it is seen. */
interface Placing {
  /** The part that is seen: in the picture's own pixels, which may be parts of them. */
  readonly from: number
  readonly length: number
  /** Where it comes to lie. */
  readonly to: number
  readonly size: number
}

/**
 * Brings bytes to a size.
 *
 * A pixel of the result is the mean of the area that it covers, each pixel counting by its opacity; so what is transparent counts for
 * nothing, and a picture at half its size has the means of four.
 *
 * @param frame the colour around a picture that is contained, `[r, g, b]`
 */
export function fitPixels(
  { width, height, data }: Pixels,
  [rows, columns]: Size,
  fit: ImageFit,
  frame: readonly number[],
): Pixels {
  const [across, down] = placings(width, height, rows, columns, fit)
  const weights = [weightsOf(across!, width), weightsOf(down!, height)] as const
  const narrow = alongRows(data, width, height, weights[0])
  const seen = alongColumns(narrow, weights[0].length, weights[1])
  const out = new Uint8Array(rows * columns * 4)
  for (let p = 0; p < rows * columns; p++) out.set([...frame, 255], 4 * p)
  for (let y = 0; y < weights[1].length; y++) {
    for (let x = 0; x < weights[0].length; x++) {
      const at = 4 * (y * weights[0].length + x)
      const to = 4 * ((y + down!.to) * columns + x + across!.to)
      const alpha = seen[at + 3]!
      for (let c = 0; c < 3; c++) out[to + c] = alpha > 0 ? Math.round((255 * seen[at + c]!) / alpha) : 0
      out[to + 3] = Math.round(alpha)
    }
  }
  return { width: columns, height: rows, depth: 'uchar', data: out }
}

/** Across and down. */
function placings(width: number, height: number, rows: number, columns: number, fit: ImageFit): readonly Placing[] {
  const [sx, sy] = [columns / width, rows / height]
  const scale = fit === 'cover' ? Math.max(sx, sy) : Math.min(sx, sy)
  return [
    [width, columns],
    [height, rows],
  ].map(([own, wanted]): Placing => {
    if (fit === 'stretch') return { from: 0, length: own!, to: 0, size: wanted! }
    if (fit === 'cover') {
      const length = Math.min(own!, wanted! / scale)
      return { from: (own! - length) / 2, length, to: 0, size: wanted! }
    }
    const size = Math.max(1, Math.min(wanted!, Math.round(own! * scale)))
    return { from: 0, length: own!, to: Math.floor((wanted! - size) / 2), size }
  })
}

/** The pixels that make each pixel of the result, along one axis, and their shares. */
interface Share {
  readonly first: number
  readonly shares: readonly number[]
}

function weightsOf({ from, length, size }: Placing, own: number): readonly Share[] {
  const step = length / size
  return Array.from({ length: size }, (_, i): Share => {
    if (step < 1) {
      const at = Math.min(own - 1, Math.max(0, from + (i + 0.5) * step - 0.5))
      const first = Math.floor(at)
      return first + 1 < own ? { first, shares: [1 - (at - first), at - first] } : { first, shares: [1] }
    }
    const [begin, end] = [from + i * step, from + (i + 1) * step]
    const first = Math.floor(begin)
    const last = Math.min(own, Math.ceil(end - 1e-9))
    const shares = Array.from({ length: last - first }, (__, k) => {
      const pixel = first + k
      return (Math.min(end, pixel + 1) - Math.max(begin, pixel)) / step
    })
    return { first, shares }
  })
}

/** Rows made shorter or longer; colours come out multiplied by their opacity / 255. */
function alongRows(data: Pixels['data'], width: number, height: number, weights: readonly Share[]): Float32Array {
  const out = new Float32Array(weights.length * height * 4)
  for (let y = 0; y < height; y++) {
    for (const [x, { first, shares }] of weights.entries()) {
      const to = 4 * (y * weights.length + x)
      for (let k = 0; k < shares.length; k++) {
        const at = 4 * (y * width + first + k)
        const alpha = shares[k]! * data[at + 3]!
        out[to]! += (alpha * data[at]!) / 255
        out[to + 1]! += (alpha * data[at + 1]!) / 255
        out[to + 2]! += (alpha * data[at + 2]!) / 255
        out[to + 3]! += alpha
      }
    }
  }
  return out
}

function alongColumns(data: Float32Array, width: number, weights: readonly Share[]): Float32Array {
  const out = new Float32Array(width * weights.length * 4)
  for (const [y, { first, shares }] of weights.entries()) {
    for (let k = 0; k < shares.length; k++) {
      const from = 4 * width * (first + k)
      for (let i = 0; i < 4 * width; i++) out[4 * width * y + i]! += shares[k]! * data[from + i]!
    }
  }
  return out
}
