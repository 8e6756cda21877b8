/** Coordinates of points with their sines and cosines. */
import { concat, constant, cos, matmul, sin } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'

/** Half the longest period, in standard deviations of the data; each further frequency is twice the one before. */
const reach = 4

/** Coordinates `[N, n, d]`, with `sin(π 2ᵏ x / 4), cos(π 2ᵏ x / 4)`, k < frequencies, behind them: `[N, n, d (1 + 2 frequencies)]`. */
export function waves(x: Tensor, frequencies: number): Tensor {
  if (frequencies === 0) return x
  const d = x.shape[2]!
  // A block of the identity for each frequency.
  const table = new Float32Array(d * d * frequencies)
  for (let k = 0; k < frequencies; k++) {
    for (let axis = 0; axis < d; axis++) table[(k * d + axis) * d + axis] = (Math.PI * 2 ** k) / reach
  }
  const angles = matmul(x, constant(table, [d * frequencies, d]), { transposeB: true })
  return concat([x, sin(angles), cos(angles)], 2)
}
