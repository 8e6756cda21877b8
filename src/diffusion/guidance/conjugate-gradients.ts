/** Linear systems by their products alone. */
import type { FloatArray } from '../denoise/denoiser.ts'

/** When to stop. */
export interface SolveOptions {
  /** At most so many products with the matrix. */
  readonly iterations: number
  /** Enough when the residual is so small, relative to the right-hand side; default 1e-10. */
  readonly tolerance?: number
}

/**
 * Conjugate gradients for M u = b with symmetric, positive M: a system of its own for each item of the batch. An item stops
 * when it is solved, or in a direction along which M is not positive, as the derivative of a network may be.
 *
 * Hestenes & Stiefel, Methods of conjugate gradients for solving linear systems (1952)
 *
 * @param apply M v for all items, `[batch, size]`
 * @param b `[batch, size]`
 */
export async function conjugateGradients(
  apply: (v: Float64Array) => FloatArray | Promise<FloatArray>,
  b: Float64Array,
  size: number,
  { iterations, tolerance = 1e-10 }: SolveOptions,
): Promise<Float64Array> {
  const count = b.length / size
  const u = new Float64Array(b.length)
  const rest = b.slice()
  const direction = b.slice()
  const dot = (x: FloatArray, y: FloatArray, item: number): number => {
    let sum = 0
    for (let i = item * size; i < (item + 1) * size; i++) sum += x[i]! * y[i]!
    return sum
  }
  const squares = Float64Array.from({ length: count }, (_, item) => dot(rest, rest, item))
  const enough = squares.map((square) => tolerance ** 2 * square)
  const open = Array.from(squares, (square) => square > 0)
  for (let k = 0; k < iterations && open.includes(true); k++) {
    const product = await apply(direction)
    for (let item = 0; item < count; item++) {
      if (!open[item]) continue
      const curvature = dot(direction, product, item)
      if (!(curvature > 0)) {
        open[item] = false
        continue
      }
      const step = squares[item]! / curvature
      for (let i = item * size; i < (item + 1) * size; i++) {
        u[i]! += step * direction[i]!
        rest[i]! -= step * product[i]!
      }
      const square = dot(rest, rest, item)
      for (let i = item * size; i < (item + 1) * size; i++) {
        direction[i] = rest[i]! + (square / squares[item]!) * direction[i]!
      }
      squares[item] = square
      open[item] = square > enough[item]!
    }
  }
  return u
}
