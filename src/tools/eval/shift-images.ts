/** Moves images a little: a classifier that has seen digits in all places learns their shape. */

/**
 * Moves each image by its (down, across) pixels; edge pixels fill the gap.
 *
 * @param from `[N, ...shape]`
 * @param shape `[C, H, W]`
 * @param to as large as `from`
 * @param shifts `[N, 2]`
 */
export function shiftImages(
  from: Float32Array,
  shape: readonly number[],
  to: Float32Array,
  shifts: ArrayLike<number>,
): void {
  const [channels, height, width] = shape as [number, number, number]
  const size = channels * height * width
  const within = (at: number, limit: number): number => Math.min(limit - 1, Math.max(0, at))
  for (let n = 0; n * size < from.length; n++) {
    const [down, across] = [shifts[2 * n]!, shifts[2 * n + 1]!]
    for (let c = 0, at = n * size; c < channels; c++) {
      for (let y = 0; y < height; y++) {
        const row = n * size + (c * height + within(y - down, height)) * width
        for (let x = 0; x < width; x++, at++) to[at] = from[row + within(x - across, width)]!
      }
    }
  }
}
