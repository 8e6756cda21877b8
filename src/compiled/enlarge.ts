/** Maps enlarged: between the centres of known places, a weighted mean of the nearest. */

/**
 * Bilinear enlargement of planes, as PyTorch's `interpolate(mode="bilinear", align_corners=False)`: outside the outermost centres, the
 * outermost values. Weights are not negative and sum to 1, so maps that sum to 1 over planes still do.
 *
 * @param planes `[n, height, width]`
 * @returns `[n, …to]`
 */
export function enlarged(
  planes: Float32Array,
  [height, width]: readonly [height: number, width: number],
  to: readonly [height: number, width: number],
): Float32Array {
  if (height === to[0] && width === to[1]) return planes
  const [rows, columns] = [places(height, to[0]), places(width, to[1])]
  const count = planes.length / (height * width)
  const out = new Float32Array(count * to[0] * to[1])
  for (let n = 0, i = 0; n < count; n++) {
    const at = (row: number, column: number): number => planes[(n * height + row) * width + column]!
    for (const [top, bottom, down] of rows) {
      for (const [left, right, across] of columns) {
        const above = at(top, left) * (1 - across) + at(top, right) * across
        const below = at(bottom, left) * (1 - across) + at(bottom, right) * across
        out[i++] = above * (1 - down) + below * down
      }
    }
  }
  return out
}

/** For every new place: the known ones to its sides, and how far it is from the first to the second. */
function places(from: number, to: number): readonly (readonly [before: number, after: number, share: number])[] {
  return Array.from({ length: to }, (_, i) => {
    const place = Math.max(0, ((i + 0.5) * from) / to - 0.5)
    const before = Math.min(Math.floor(place), from - 1)
    return [before, Math.min(before + 1, from - 1), place - before] as const
  })
}
