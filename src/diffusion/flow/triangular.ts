/** Inverses of triangular matrices as expressions, by products alone. */
import { constant, matmul, mul, sub } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'

/** 1 below the diagonal, else 0: `[size · size]`. */
export function belowDiagonal(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, i) => Number(Math.floor(i / size) > i % size))
}

/**
 * (I + N)⁻¹ of a strictly lower triangular N `[size, size]`, by forward substitution on blocks that double: with A and C known to be
 * inverses of the blocks of a diagonal, the block B between them becomes −C B A. So X ← X − X (N ∘ M) X, where M is 1 at the blocks
 * of this size, ⌈log₂ size⌉ times.
 */
export function unitInverse(below: Tensor, size: number): Tensor {
  const square = [size, size]
  let inverse: Tensor = constant(
    Float32Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0)),
    square,
  )
  for (let block = 1; block < size; block *= 2) {
    const between = constant(betweenBlocks(size, block), square)
    inverse = sub(inverse, matmul(matmul(inverse, mul(below, between)), inverse))
  }
  return inverse
}

/** Rows in an odd block, columns in the even one before it. */
function betweenBlocks(size: number, block: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, i) => {
    const [row, column] = [Math.floor(Math.floor(i / size) / block), Math.floor((i % size) / block)]
    return Number(row % 2 === 1 && column === row - 1)
  })
}
