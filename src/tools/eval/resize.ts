/** Images of another size or number of channels, as a feature network expects them. */

/**
 * Bilinear interpolation between the centres of pixels, as PyTorch's `interpolate(mode='bilinear')` does it.
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
  const rows = taps(height, toHeight)
  const columns = taps(width, toWidth)
  for (let from = 0, at = 0; from < planes.length; from += height * width) {
    for (const [top, bottom, down] of rows) {
      for (const [left, right, across] of columns) {
        const pixel = (y: number, x: number): number => planes[from + y * width + x]!
        const above = pixel(top, left) * (1 - across) + pixel(top, right) * across
        const below = pixel(bottom, left) * (1 - across) + pixel(bottom, right) * across
        to[at++] = above * (1 - down) + below * down
      }
    }
  }
  return to
}

/** For each new place the two old ones that it lies between, and how far it is from the first. */
function taps(size: number, toSize: number): (readonly [number, number, number])[] {
  return Array.from({ length: toSize }, (_, i) => {
    const place = Math.min(size - 1, Math.max(0, ((i + 0.5) * size) / toSize - 0.5))
    const first = Math.floor(place)
    return [first, Math.min(size - 1, first + 1), place - first] as const
  })
}
