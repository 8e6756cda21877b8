/** Lowering of the operators that move elements. */
import { sizeOf } from '../../graph/shape.ts'
import type { Shape } from '../../graph/shape.ts'
import type { TensorOf } from '../../graph/tensor.ts'
import { overBlocks } from './blocks.ts'
import type { Context } from './context.ts'
import { typeCodes } from './elementwise.ts'
import type { LowerRule } from './rule.ts'

/** Reshape; no node if the shape stays. */
export const reshapeTo = (context: Context, x: string, shape: Shape): string => context.reshape(x, shape)

/** Transpose; no node if the order stays. */
export const transposeTo = (context: Context, x: string, permutation: readonly number[]): string =>
  permutation.every((axis, i) => axis === i) ? x : context.emit('Transpose', [x], { perm: permutation })

/** Elements from `start` to `end` on the given axes only. */
export function sliceAxes(
  context: Context,
  x: string,
  axes: readonly number[],
  start: readonly number[],
  end: readonly number[],
  step?: readonly number[],
): string {
  const places = [start, end, axes, ...(step === undefined ? [] : [step])]
  return context.emit('Slice', [x, ...places.map((list) => context.int64(list))])
}

/**
 * Zeros (or another value) in front of and behind the given axes of a tensor of `rank` axes. The amounts are written for all
 * axes: where they are written for some, ONNX Runtime moves a transpose past the Pad without permuting them rightly.
 */
export function padAxes(
  context: Context,
  x: string,
  rank: number,
  axes: readonly number[],
  before: readonly number[],
  after: readonly number[],
  value: string,
): string {
  if ([...before, ...after].every((amount) => amount === 0)) return x
  const all = (amounts: readonly number[]): number[] =>
    Array.from({ length: rank }, (_, axis) => amounts[axes.indexOf(axis)] ?? 0)
  return context.emit('Pad', [x, context.int64([...all(before), ...all(after)]), value])
}

export const slice: LowerRule<'slice'> = (context, { inputs, attributes: { start, end, step } }, x) => {
  const shape = inputs[0]!.shape
  const axes = shape.flatMap((dim, axis) => (start[axis] !== 0 || end[axis] !== dim || step[axis] !== 1 ? [axis] : []))
  if (axes.length === 0) return x
  const pick = (list: readonly number[]): number[] => axes.map((axis) => list[axis]!)
  return sliceAxes(
    context,
    x,
    axes,
    pick(start),
    pick(end),
    pick(step).every((by) => by === 1) ? undefined : pick(step),
  )
}

export const pad: LowerRule<'pad'> = (
  context,
  { inputs, dtype, attributes: { before, after, interior, value } },
  x,
) => {
  const fill = context.fill(dtype, value, [])
  let spaced = x
  const shape = [...inputs[0]!.shape]
  interior.forEach((gap, axis) => {
    if (gap === 0 || shape[axis]! < 2) return
    // [.., d, ..] → [.., d, 1, ..] → [.., d, 1 + gap, ..] → [.., d (1 + gap), ..] → the gap behind the last element goes
    const [lead, dim, tail] = [shape.slice(0, axis), shape[axis]!, shape.slice(axis + 1)]
    const widened = padAxes(
      context,
      reshapeTo(context, spaced, [...lead, dim, 1, ...tail]),
      shape.length + 1,
      [axis + 1],
      [0],
      [gap],
      fill,
    )
    shape[axis] = (dim - 1) * (1 + gap) + 1
    spaced = sliceAxes(
      context,
      reshapeTo(context, widened, [...lead, dim * (1 + gap), ...tail]),
      [axis],
      [0],
      [shape[axis]!],
    )
  })
  const axes = shape.flatMap((_, axis) => (before[axis] !== 0 || after[axis] !== 0 ? [axis] : []))
  return padAxes(
    context,
    spaced,
    shape.length,
    axes,
    axes.map((axis) => before[axis]!),
    axes.map((axis) => after[axis]!),
    fill,
  )
}

/** Backwards from the last element to before the first one: the least 32-bit number stands for the latter. */
export function reverseAxes(context: Context, x: string, axes: readonly number[]): string {
  const all = (value: number): number[] => axes.map(() => value)
  return axes.length === 0 ? x : sliceAxes(context, x, axes, all(-1), all(-(2 ** 31)), all(-1))
}

/** Adding into rows: a product with one-hot rows where that is small, else ScatterND, which ONNX Runtime runs in order. */
export const scatterAdd: LowerRule<'scatterAdd'> = (context, node, updates, indices) => {
  const [from, at] = node.inputs as [TensorOf<'input'>, TensorOf<'input'>]
  const count = sizeOf(at.shape)
  const width = sizeOf(from.shape.slice(at.shape.length))
  const { rows } = node.attributes
  const flat = reshapeTo(context, updates, [count, width])
  if (count * rows <= oneHotLimit) {
    const row = context.literal(
      'int32',
      [rows, 1],
      Int32Array.from({ length: rows }, (_, i) => i),
    )
    const oneHot = context.emit('Cast', [context.emit('Equal', [row, reshapeTo(context, indices, [1, count])])], {
      to: typeCodes[node.dtype],
    })
    return reshapeTo(context, context.emit('MatMul', [oneHot, flat]), node.shape)
  }
  const places = context.emit('Cast', [reshapeTo(context, indices, [count, 1])], { to: 7 })
  const zeros = context.emit('Expand', [context.fill(node.dtype, 0, []), context.int64([rows, width])])
  return reshapeTo(context, context.emit('ScatterND', [zeros, places, flat], { reduction: 'add' }), node.shape)
}

const oneHotLimit = 1 << 21

/** Rules of the remaining operators. */
export const movementRules: {
  readonly [K in 'reshape' | 'transpose' | 'broadcastTo' | 'reverse' | 'concat' | 'gather' | 'upsample']: LowerRule<K>
} = {
  reshape: (context, { shape }, x) => reshapeTo(context, x, shape),
  transpose: (context, { attributes }, x) => transposeTo(context, x, attributes.permutation),
  broadcastTo: (context, { shape }, x) => context.emit('Expand', [x, context.int64(shape)]),
  reverse: (context, { attributes }, x) => reverseAxes(context, x, attributes.axes),
  concat: (context, node, ...names) => {
    const { axis } = node.attributes
    const join = (given: readonly string[]): string => context.emit('Concat', given, { axis })
    return (axis === 1 ? overBlocks(context, node, names, join) : undefined) ?? join(names)
  },
  gather: (context, _, table, indices) => context.emit('Gather', [table, indices], { axis: 0 }),
  upsample: (context, { shape, attributes: { factors } }, x) => {
    const scales = [...shape.slice(0, -factors.length).map(() => 1), ...factors]
    return context.emit('Resize', [x, '', context.literal('float32', [shape.length], Float32Array.from(scales))], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    })
  },
}
