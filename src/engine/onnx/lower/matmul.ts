/** Lowering of matrix products. */
import type { Context } from './context.ts'
import { int8Product } from './int8.ts'
import { transposeTo } from './movement.ts'
import type { LowerRule } from './rule.ts'

/** Which sides of a product are transposed. */
export interface Transposes {
  readonly a?: boolean
  readonly b?: boolean
}

/**
 * `a · b` over the last two axes of tensors of these ranks. On the CPU a transposed side is read in place
 * (com.microsoft.FusedMatMul); other providers lack that operator and get a Transpose.
 */
export function product(
  context: Context,
  a: string,
  b: string,
  ranks: readonly [number, number],
  { a: transA = false, b: transB = false }: Transposes,
): string {
  if (!transA && !transB) return context.emit('MatMul', [a, b])
  if (context.target.provider !== 'webgpu') {
    return context.emit(
      'FusedMatMul',
      [a, b],
      { transA: Number(transA), transB: Number(transB) },
      { domain: 'com.microsoft' },
    )
  }
  const swapped = (rank: number): number[] =>
    Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis))
  return context.emit('MatMul', [
    transA ? transposeTo(context, a, swapped(ranks[0])) : a,
    transB ? transposeTo(context, b, swapped(ranks[1])) : b,
  ])
}

export const matmul: LowerRule<'matmul'> = (context, node, a, b) => {
  const {
    inputs,
    attributes: { transposeA, transposeB },
  } = node
  const inEightBits = int8Product(context, node, a, b)
  if (inEightBits !== undefined) return inEightBits
  return product(context, a, b, [inputs[0]!.shape.length, inputs[1]!.shape.length], { a: transposeA, b: transposeB })
}
