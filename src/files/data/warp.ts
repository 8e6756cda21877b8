/** Affine maps of the plane, and pictures moved by them. */

/**
 * An affine map of the plane, `(x, y) → (a x + b y + c, d x + e y + f)` as `[a, b, c, d, e, f]`. Of pictures, coordinates are in pixels from the middle,
 * x to the right and y downwards.
 */
export type Affine2 = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

/** The map that moves nothing. */
export const still: Affine2 = Object.freeze([1, 0, 0, 0, 1, 0])

/** First `inner`, then `outer`. */
export function composed(outer: Affine2, inner: Affine2): Affine2 {
  const [a, b, c, d, e, f] = outer
  const [k, l, m, n, o, p] = inner
  return [a * k + b * n, a * l + b * o, a * m + b * p + c, d * k + e * n, d * l + e * o, d * m + e * p + f]
}

/**
 * A picture under a map: pixel q of the result is the picture at `back(q)`, by bilinear interpolation; outside of it, it is mirrored at its edges. Whole shifts,
 * mirror images and quarter turns of squares copy pixels exactly.
 *
 * @param picture `[C, H, W]`
 * @param back from places in the result to places in the picture
 * @param out `[C, H, W]`, another array than `picture`
 * @param options `opacity`: whether the last channel says from −1 (not seen) to 1 how opaque each pixel is. Colours are then mixed as they are seen:
 *   a pixel counts by its opacity
 * @example
 * warpPicture(digit, [1, 28, 28], [1, 0, -3, 0, 1, 0], out) // three pixels to the right
 */
export function warpPicture(
  picture: ArrayLike<number>,
  [channels, height, width]: readonly [channels: number, height: number, width: number],
  back: Affine2,
  out: Float32Array,
  { opacity = false }: { readonly opacity?: boolean } = {},
): Float32Array {
  const [a, b, c, d, e, f] = back
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2]
  const plane = height * width
  const alpha = opacity ? (channels - 1) * plane : -1
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      const [qx, qy] = [column - middleX, row - middleY]
      const x = reflected(a * qx + b * qy + c + middleX, width)
      const y = reflected(d * qx + e * qy + f + middleY, height)
      const [left, top] = [Math.floor(x), Math.floor(y)]
      const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)]
      const [dx, dy] = [x - left, y - top]
      const places = [top * width + left, top * width + right, bottom * width + left, bottom * width + right] as const
      const shares: Four = [(1 - dx) * (1 - dy), dx * (1 - dy), (1 - dx) * dy, dx * dy]
      const ofColours = alpha < 0 ? shares : seen(shares, picture, places, alpha)
      for (let from = 0, to = at; from < channels * plane; from += plane, to += plane) {
        const [p, q, r, s] = from === alpha ? shares : ofColours
        const [i, j, k, l] = places
        out[to] = p * picture[from + i]! + q * picture[from + j]! + r * picture[from + k]! + s * picture[from + l]!
      }
    }
  }
  return out
}

type Four = readonly [number, number, number, number]

/** Shares of four pixels by their opacity; as they are where none can be seen. */
function seen(shares: Four, picture: ArrayLike<number>, places: Four, alpha: number): Four {
  const weights = shares.map((share, i) => share * Math.max(0, picture[alpha + places[i]!]! + 1))
  const sum = weights[0]! + weights[1]! + weights[2]! + weights[3]!
  return sum > 0 ? (weights.map((weight) => weight / sum) as unknown as Four) : shares
}

/** A place on a line of so many pixels, mirrored at its ends, half a pixel behind the outermost: … b a | a b c | c b … */
function reflected(place: number, size: number): number {
  const along = (place + 0.5) % (2 * size)
  const positive = along < 0 ? along + 2 * size : along
  const inside = positive > size ? 2 * size - positive : positive
  return Math.min(size - 1, Math.max(0, inside - 0.5))
}
