/** Functions that move elements without changing them: reshape, transpose, slice, pad, concat, gather. */
import { TweedieError } from '../../errors.ts'
import { normalizeAxes, normalizeAxis, sameShape, showShape, sizeOf } from './shape.ts'
import type { Shape } from './shape.ts'
import { node } from './tensor.ts'
import type { Tensor } from './tensor.ts'

/** The same elements in another shape; one dimension may be −1: it follows from the others. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = sizeOf(shape.filter((dim) => dim !== -1))
  const full = shape.map((dim) => (dim === -1 ? sizeOf(x.shape) / known : dim))
  return sameShape(full, x.shape) ? x : node('reshape', [x], { shape: full })
}

/** Axes in another order; by default reversed. */
export function transpose(x: Tensor, permutation?: readonly number[]): Tensor {
  const order = permutation ?? x.shape.map((_, axis) => x.shape.length - 1 - axis)
  return order.every((axis, i) => axis === i) && order.length === x.shape.length
    ? x
    : node('transpose', [x], { permutation: order })
}

/** Stretches dimensions of 1 (or missing ones in front) to `shape`. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : node('broadcastTo', [x], { shape })
}

/** New dimensions of 1 at these places of the result. */
export function expandDims(x: Tensor, axes: number | readonly number[]): Tensor {
  const list = typeof axes === 'number' ? [axes] : axes
  const rank = x.shape.length + list.length
  const places = normalizeAxes('expandDims', list, rank)
  const rest = [...x.shape]
  return reshape(
    x,
    Array.from({ length: rank }, (_, axis) => (places.includes(axis) ? 1 : rest.shift()!)),
  )
}

/**
 * Elements `start ≤ i < end` along one axis, every `step`-th; negative places count from the end.
 *
 * @example
 * slice(x, 1, 0, 3) // the first three channels
 */
export function slice(x: Tensor, axis: number, start: number, end?: number, step = 1): Tensor {
  const at = normalizeAxis('slice', axis, x.shape.length)
  const dim = x.shape[at]!
  const from = start < 0 ? start + dim : start
  const to = end === undefined ? dim : end < 0 ? end + dim : end
  if (from === 0 && to === dim && step === 1) return x
  return sliceAll(
    x,
    x.shape.map((_, i) => (i === at ? from : 0)),
    x.shape.map((size, i) => (i === at ? to : size)),
    x.shape.map((_, i) => (i === at ? step : 1)),
  )
}

/** {@link slice} on every axis at once. */
export function sliceAll(x: Tensor, start: readonly number[], end: readonly number[], step: readonly number[]): Tensor {
  return node('slice', [x], { start, end, step })
}

/** Pieces of the given sizes along an axis. */
export function split(x: Tensor, axis: number, sizes: readonly number[]): Tensor[] {
  const at = normalizeAxis('split', axis, x.shape.length)
  if (sizes.reduce((sum, size) => sum + size, 0) !== x.shape[at]) {
    throw new TweedieError(
      'shape',
      `split: sizes ${showShape(sizes)} do not add up to axis ${at} of ${showShape(x.shape)}`,
    )
  }
  let start = 0
  return sizes.map((size) => slice(x, at, start, (start += size)))
}

/** `before` and `after` copies of `value` around every axis, and `interior` ones between neighbours. */
export function pad(
  x: Tensor,
  before: readonly number[],
  after: readonly number[],
  options: { interior?: readonly number[]; value?: number } = {},
): Tensor {
  const interior = options.interior ?? x.shape.map(() => 0)
  if ([...before, ...after, ...interior].every((amount) => amount === 0)) return x
  return node('pad', [x], { before, after, interior, value: options.value ?? 0 })
}

/** Elements in the opposite order along these axes. */
export function reverse(x: Tensor, axes: number | readonly number[]): Tensor {
  return node('reverse', [x], { axes: normalizeAxes('reverse', axes, x.shape.length) })
}

/** Tensors one after the other along an axis. */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  if (tensors.length === 0) throw new TweedieError('shape', 'concat: needs at least one tensor')
  return tensors.length === 1
    ? tensors[0]!
    : node('concat', tensors, { axis: normalizeAxis('concat', axis, tensors[0]!.shape.length) })
}

/** Tensors of one shape along a new axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  return concat(
    tensors.map((each) => expandDims(each, axis)),
    axis,
  )
}

/** Rows of `table` at integer `indices` (an embedding): `[...indices.shape, ...table.shape[1:]]`. */
export function gather(table: Tensor, indices: Tensor): Tensor {
  return node('gather', [table, indices], {})
}

/** Rows added up into a table of `rows` rows of zeros, at integer `indices`. */
export function scatterAdd(updates: Tensor, indices: Tensor, rows: number): Tensor {
  return node('scatterAdd', [updates, indices], { rows })
}

/** Nearest-neighbour enlargement of the trailing axes by whole factors. */
export function upsample(x: Tensor, factors: readonly number[]): Tensor {
  return factors.every((factor) => factor === 1) ? x : node('upsample', [x], { factors })
}
