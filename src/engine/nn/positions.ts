/** Fixed vectors for the places of a grid. */

/**
 * Sines and cosines of row and column, half of the features each: `sin(r fᵢ), cos(r fᵢ), sin(c fᵢ), cos(c fᵢ)` with
 * `fᵢ = 10000^(−4 i / features)`. Row-major `[rows · columns, features]`; features are a multiple of 4.
 * Vaswani et al. (2017), in two dimensions.
 */
export function gridPositions(rows: number, columns: number, features: number): Float32Array {
  const quarter = features / 4
  const out = new Float32Array(rows * columns * features)
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (const place of [row, column]) {
        for (const wave of [Math.sin, Math.cos]) {
          for (let i = 0; i < quarter; i++) out[at++] = wave(place * 10_000 ** (-i / quarter))
        }
      }
    }
  }
  return out
}

/**
 * Sines and cosines of frame, row and column, a third of the features each: `sin(p fᵢ), cos(p fᵢ)` of each place p with `fᵢ = 10000^(−6 i / features)`.
 * `[frames · rows · columns, features]`; features are a multiple of 6.
 */
export function boxPositions(
  [frames, rows, columns]: readonly [number, number, number],
  features: number,
): Float32Array {
  const sixth = features / 6
  const out = new Float32Array(frames * rows * columns * features)
  for (let place = 0, at = 0; place < frames * rows * columns; place++) {
    const [frame, row] = [Math.floor(place / (rows * columns)), Math.floor(place / columns) % rows]
    for (const along of [frame, row, place % columns]) {
      for (const wave of [Math.sin, Math.cos]) {
        for (let i = 0; i < sixth; i++) out[at++] = wave(along * 10_000 ** (-i / sixth))
      }
    }
  }
  return out
}
