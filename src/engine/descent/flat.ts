/** Many tensors in one flat one, so that an optimiser is a few operators however many tensors there are. */
import { concat, filled, mul, reshape, sizeOf, slice, sum } from '../graph/index.ts'
import type { Shape, Tensor } from '../graph/index.ts'

/**
 * Elements of a flat tensor for so many numbers: rounded up so that it is a matrix of about as many rows as columns
 * (a power of two), which {@link squaredSum} adds up in two short sums. The rest is zeros.
 */
export function paddedSize(size: number): number {
  const columns = columnsOf(size)
  return Math.max(1, Math.ceil(size / columns)) * columns
}

/** The least power of two that is at least √size. */
function columnsOf(size: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, size)) / 2)
}

/**
 * Tensors of these shapes that lie one after the other in a flat one.
 *
 * @example
 * const [weight, bias] = pieces(input('params', [paddedSize(72)]), [[8, 8], [8]])
 */
export function pieces(flat: Tensor, shapes: readonly Shape[]): Tensor[] {
  let at = 0
  return shapes.map((shape) => reshape(slice(flat, 0, at, (at += sizeOf(shape))), shape))
}

/** The reverse of {@link pieces}: the tensors one after the other, `[paddedSize(n)]`, with zeros behind. */
export function joined(tensors: readonly Tensor[]): Tensor {
  const size = tensors.reduce((total, { shape }) => total + sizeOf(shape), 0)
  const rest = paddedSize(size) - size
  const flat = tensors.map((tensor) => reshape(tensor, [sizeOf(tensor.shape)]))
  return concat(rest > 0 ? [...flat, filled(0, [rest])] : flat, 0)
}

/** `Σ x²` of a flat tensor: rows first, then their sums. One long sum would be slow on a GPU, and less exact. */
export function squaredSum(x: Tensor): Tensor {
  const size = sizeOf(x.shape)
  const columns = columnsOf(size)
  const squares = mul(x, x)
  return size % columns === 0 ? sum(sum(reshape(squares, [size / columns, columns]), 1), 0) : sum(squares)
}
