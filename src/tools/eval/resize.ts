/** Images of another size or number of channels, as a feature network expects them. */

/**
 * Bilinear interpolation between the centres of pixels. An image that gets smaller is averaged: the triangle of weights is as wide as
 * the step from one new pixel to the next, as in torchvision's `resize(antialias=True)`.
 *
 * @param planes `[n, height, width]`
 * @param to `[n, toHeight, toWidth]`
 */
export function resizePlanes(
  planes: Float32Array,
  [height, width]: readonly [number, number],
  to: Float32Array,
  [toHeight, toWidth]: readonly [number, number],
): Float32Array {
  const rows = tapsOf(height, toHeight)
  const columns = tapsOf(width, toWidth)
  const narrow = new Float64Array(height * toWidth)
  for (let from = 0, at = 0; from < planes.length; from += height * width) {
    for (let y = 0; y < height; y++) {
      columns.forEach((taps, x) => (narrow[y * toWidth + x] = weighted(planes, from + y * width, 1, taps)))
    }
    for (const taps of rows) for (let x = 0; x < toWidth; x++) to[at++] = weighted(narrow, x, toWidth, taps)
  }
  return to
}

/** The source pixels of a new pixel: the first of them, and their weights, which sum to 1. */
interface Taps {
  readonly first: number
  readonly weights: Float64Array
}

function tapsOf(size: number, toSize: number): Taps[] {
  const step = size / toSize
  const reach = Math.max(1, step)
  return Array.from({ length: toSize }, (_, i) => {
    const centre = (i + 0.5) * step
    const first = Math.max(0, Math.floor(centre - reach + 0.5))
    const end = Math.min(size, Math.floor(centre + reach + 0.5))
    const heights = Float64Array.from({ length: end - first }, (_, k) =>
      Math.max(0, 1 - Math.abs(first + k + 0.5 - centre) / reach),
    )
    const sum = heights.reduce((a, b) => a + b, 0)
    return { first, weights: heights.map((each) => each / sum) }
  })
}

function weighted(
  values: Float32Array | Float64Array,
  start: number,
  stride: number,
  { first, weights }: Taps,
): number {
  let sum = 0
  for (let k = 0, at = start + first * stride; k < weights.length; k++, at += stride) sum += weights[k]! * values[at]!
  return sum
}
