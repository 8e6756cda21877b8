/** Values of expressions, by the reference evaluation: slow, in double precision, and without a runtime. */
import { constant, type Tensor } from '../../../engine/graph/index.ts'
import { evaluate, type Feed } from '../../../engine/graph/reference/index.ts'

/** All numbers of an expression, row by row. */
export function numbersOf(tensor: Tensor, feeds: Readonly<Record<string, Feed>> = {}): Float64Array {
  return Float64Array.from(evaluate([tensor], feeds)[0]!.data)
}

/** The first number of an expression. */
export const numberOf = (tensor: Tensor): number => numbersOf(tensor)[0]!

/** Numbers as a column `[N, 1]`: one for each item. */
export function column(values: ArrayLike<number>): Tensor {
  return constant(Float64Array.from(values), [values.length, 1])
}

/** A number for each of so many items, `[N, 1]`. */
export const everywhere = (value: number, items = 1): Tensor =>
  column(Float64Array.from({ length: items }, () => value))

/**
 * Points that stand for N(0, I) of so many dimensions: ±√n e_j, `[2n, n]`. Means over them of quadratic functions are exact.
 */
export function cubature(dimensions: number): Float64Array {
  const points = new Float64Array(2 * dimensions * dimensions)
  for (let i = 0; i < 2 * dimensions; i++) {
    points[i * dimensions + (i >> 1)] = (i % 2 === 0 ? 1 : -1) * Math.sqrt(dimensions)
  }
  return points
}
