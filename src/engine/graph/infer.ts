/** The shape rule of every operator: the shape and element type of its value, or an error that says what does not fit. */
import { TweedieError } from '../../errors.ts'
import { isFloat } from './dtype.ts'
import type { DType } from './dtype.ts'
import { arithmeticOps, comparisonOps, unaryOps } from './ops.ts'
import type { ArithmeticOp, Attributes, ComparisonOp, OpName, UnaryOp, Window } from './ops.ts'
import { broadcastShapes, showShape, sizeOf } from './shape.ts'
import type { Shape } from './shape.ts'
import type { Tensor } from './expression.ts'

/** The result of a shape rule. */
export interface Inferred {
  readonly shape: Shape
  readonly dtype: DType
}

type Rule<K extends OpName> = (attributes: Attributes[K], ...inputs: Tensor[]) => Inferred

const fail = (message: string, hint?: string): never => {
  throw new TweedieError('shape', message, hint === undefined ? {} : { hint })
}

const check = (holds: boolean, message: () => string, hint?: string): void => {
  if (!holds) fail(message(), hint)
}

function sameDType(op: string, ...inputs: Tensor[]): DType {
  const dtype = inputs[0]!.dtype
  for (const other of inputs) {
    check(
      other.dtype === dtype,
      () => `${op}: element types differ: ${inputs.map((each) => each.dtype).join(', ')}`,
      'cast() one of them',
    )
  }
  return dtype
}

function table<O extends string, R>(ops: readonly O[], rule: (op: O) => R): Record<O, R> {
  return Object.fromEntries(ops.map((op) => [op, rule(op)])) as Record<O, R>
}

/** The element types that an operator takes. */
function takes(op: OpName, dtype: DType): boolean {
  if (op === 'stopGradient' || op === 'equal') return true
  if (op === 'not' || op === 'and' || op === 'or') return dtype === 'bool'
  if (wholeToo.has(op)) return dtype !== 'bool'
  return isFloat(dtype)
}

/** Operators that also work on integers; the others give fractions. */
const wholeToo: ReadonlySet<OpName> = new Set<OpName>([
  ...arithmeticOps,
  'neg',
  'abs',
  'sign',
  'relu',
  'less',
  'lessEqual',
  'sum',
  'reduceMax',
  'sumPool',
  'scatterAdd',
])

function taken(op: OpName, dtype: DType): DType {
  check(takes(op, dtype), () => `${op}: does not take elements of type ${dtype}`, 'cast() them')
  return dtype
}

const unary = table(unaryOps, (op: UnaryOp) => (_: object, x: Tensor) => ({
  shape: x.shape,
  dtype: taken(op, x.dtype),
}))

const arithmetic = table(arithmeticOps, (op: ArithmeticOp) => (_: object, a: Tensor, b: Tensor) => ({
  shape: broadcastShapes(op, a.shape, b.shape),
  dtype: taken(op, sameDType(op, a, b)),
}))

const comparison = table(comparisonOps, (op: ComparisonOp) => (_: object, a: Tensor, b: Tensor) => {
  taken(op, sameDType(op, a, b))
  return { shape: broadcastShapes(op, a.shape, b.shape), dtype: 'bool' as const }
})

/** The extent of a convolution's output along one spatial dimension. */
export function convExtent(size: number, kernel: number, window: Window, axis: number): number {
  const [before, after] = window.padding[axis]!
  return Math.floor((size + before + after - window.dilation[axis]! * (kernel - 1) - 1) / window.stride[axis]!) + 1
}

function checkWindow(op: string, window: Window, rank: number, inChannels: number, outChannels: number): void {
  check(rank >= 1, () => `${op}: needs at least one spatial dimension`)
  for (const [name, list] of Object.entries({
    stride: window.stride,
    padding: window.padding,
    dilation: window.dilation,
  })) {
    check(list.length === rank, () => `${op}: ${name} has ${list.length} entries for ${rank} spatial dimensions`)
  }
  check(
    [...window.stride, ...window.dilation].every((each) => Number.isInteger(each) && each >= 1),
    () => `${op}: stride and dilation must be whole numbers of at least 1`,
  )
  check(
    window.padding.flat().every((each) => each >= 0),
    () => `${op}: padding must not be negative`,
  )
  check(
    inChannels % window.groups === 0 && outChannels % window.groups === 0,
    () => `${op}: ${window.groups} groups do not divide ${inChannels} channels in and ${outChannels} out`,
  )
}

/** One batch (or output) axis, one of channels, and the spatial ones. */
function checkRank(op: string, spatial: readonly number[], ...inputs: Tensor[]): void {
  check(
    inputs.every(({ shape }) => shape.length === spatial.length + 2),
    () =>
      `${op}: ${inputs.map((each) => showShape(each.shape)).join(' and ')} do not have ${spatial.length} spatial axes`,
  )
}

const isShape = (shape: Shape): boolean => shape.every((dim) => Number.isInteger(dim) && dim >= 0)

const drop = (shape: Shape, axes: readonly number[]): Shape => shape.filter((_, axis) => !axes.includes(axis))

/** Applied to attributes and inputs: the value's shape and type. */
export const inferRules: { readonly [K in OpName]: Rule<K> } = {
  ...unary,
  ...arithmetic,
  ...comparison,

  input: ({ name, shape, dtype }) => {
    check(isShape(shape), () => `input ${name}: ${showShape(shape)} is not a shape`)
    return { shape, dtype }
  },

  constant: ({ shape, data }) => {
    check(
      sizeOf(shape) === data.length,
      () => `constant: ${data.length} elements do not fill shape ${showShape(shape)}`,
    )
    const dtype =
      data instanceof Float32Array
        ? 'float32'
        : data instanceof Float64Array
          ? 'float64'
          : data instanceof Int32Array
            ? 'int32'
            : 'bool'
    return { shape, dtype }
  },

  where: (_, condition, a, b) => {
    check(condition.dtype === 'bool', () => `where: the condition is ${condition.dtype}, not bool`)
    return { shape: broadcastShapes('where', condition.shape, a.shape, b.shape), dtype: sameDType('where', a, b) }
  },

  cast: ({ dtype }, x) => ({ shape: x.shape, dtype }),
  sum: ({ axes }, x) => ({ shape: drop(x.shape, axes), dtype: taken('sum', x.dtype) }),
  reduceMax: ({ axes }, x) => ({ shape: drop(x.shape, axes), dtype: taken('reduceMax', x.dtype) }),

  reshape: ({ shape }, x) => {
    const fits = isShape(shape) && sizeOf(shape) === sizeOf(x.shape)
    check(fits, () => `reshape: ${showShape(x.shape)} does not fit ${showShape(shape)}`)
    return { shape, dtype: x.dtype }
  },

  transpose: ({ permutation }, x) => {
    const sorted = [...permutation].sort((a, b) => a - b)
    check(
      sorted.length === x.shape.length && sorted.every((axis, i) => axis === i),
      () => `transpose: ${showShape(permutation)} does not permute the axes of ${showShape(x.shape)}`,
    )
    return { shape: permutation.map((axis) => x.shape[axis]!), dtype: x.dtype }
  },

  broadcastTo: ({ shape }, x) => {
    const together = broadcastShapes('broadcastTo', x.shape, shape)
    check(
      isShape(shape) && together.length === shape.length && together.every((dim, axis) => dim === shape[axis]),
      () => `broadcastTo: ${showShape(x.shape)} does not stretch to ${showShape(shape)}`,
    )
    return { shape, dtype: x.dtype }
  },

  slice: ({ start, end, step }, x) => ({
    shape: x.shape.map((dim, axis) => {
      const from = start[axis]!,
        to = end[axis]!,
        by = step[axis]!
      check(
        isShape([from, to, by]) && to <= dim && from <= to && by >= 1,
        () => `slice: ${from}:${to}:${by} is outside axis ${axis} of ${showShape(x.shape)}`,
      )
      return Math.ceil((to - from) / by)
    }),
    dtype: x.dtype,
  }),

  pad: ({ before, after, interior }, x) => ({
    shape: x.shape.map((dim, axis) => {
      check(
        isShape([before[axis]!, after[axis]!, interior[axis]!]),
        () => `pad: needs three whole numbers, not negative, for every axis of ${showShape(x.shape)}`,
        'use slice() to cut',
      )
      return before[axis]! + after[axis]! + dim + Math.max(0, dim - 1) * interior[axis]!
    }),
    dtype: x.dtype,
  }),

  reverse: (_, x) => ({ shape: x.shape, dtype: x.dtype }),

  concat: ({ axis }, ...inputs) => {
    const first = inputs[0]!.shape
    for (const { shape } of inputs) {
      check(
        shape.length === first.length && shape.every((dim, i) => i === axis || dim === first[i]),
        () => `concat: shapes ${inputs.map((each) => showShape(each.shape)).join(', ')} differ outside axis ${axis}`,
      )
    }
    const total = inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0)
    return { shape: first.map((dim, i) => (i === axis ? total : dim)), dtype: sameDType('concat', ...inputs) }
  },

  gather: (_, rows, indices) => {
    check(indices.dtype === 'int32', () => `gather: indices are ${indices.dtype}, not int32`)
    check(rows.shape.length >= 1, () => 'gather: the table is a scalar; it needs rows')
    return { shape: [...indices.shape, ...rows.shape.slice(1)], dtype: rows.dtype }
  },

  scatterAdd: ({ rows }, updates, indices) => {
    const rank = indices.shape.length
    check(
      indices.dtype === 'int32' && indices.shape.every((dim, axis) => dim === updates.shape[axis]),
      () =>
        `scatterAdd: updates ${showShape(updates.shape)} do not start with the indices' shape ${showShape(indices.shape)}`,
    )
    return { shape: [rows, ...updates.shape.slice(rank)], dtype: taken('scatterAdd', updates.dtype) }
  },

  matmul: ({ transposeA, transposeB }, a, b) => {
    check(
      a.shape.length >= 2 && b.shape.length >= 2,
      () => `matmul: needs two axes on both sides, got ${showShape(a.shape)} and ${showShape(b.shape)}`,
    )
    const [m, k] = lastTwo(a.shape, transposeA)
    const [l, n] = lastTwo(b.shape, transposeB)
    check(
      k === l,
      () => `matmul: inner dimensions ${k} and ${l} differ (${showShape(a.shape)} · ${showShape(b.shape)})`,
    )
    return {
      shape: [...broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n],
      dtype: sameDType('matmul', a, b),
    }
  },

  conv: (window, x, w) => {
    const spatial = x.shape.slice(2)
    check(
      x.shape.length === w.shape.length,
      () => `conv: input ${showShape(x.shape)} and kernel ${showShape(w.shape)} differ in rank`,
    )
    checkWindow('conv', window, spatial.length, x.shape[1]!, w.shape[0]!)
    check(
      w.shape[1]! * window.groups === x.shape[1]!,
      () =>
        `conv: kernel ${showShape(w.shape)} with ${window.groups} groups expects ${w.shape[1]! * window.groups} channels, the input has ${x.shape[1]}`,
    )
    const size = spatial.map((dim, axis) => convExtent(dim, w.shape[axis + 2]!, window, axis))
    check(
      size.every((dim) => dim >= 1),
      () => `conv: kernel ${showShape(w.shape)} is larger than the padded input ${showShape(x.shape)}`,
    )
    return { shape: [x.shape[0]!, w.shape[0]!, ...size], dtype: sameDType('conv', x, w) }
  },

  convInput: ({ size, ...window }, dy, w) => {
    const channels = w.shape[1]! * window.groups
    checkRank('convInput', size, dy, w)
    checkWindow('convInput', window, size.length, channels, dy.shape[1]!)
    check(
      dy.shape[1] === w.shape[0],
      () => `convInput: ${dy.shape[1]} channels do not fit kernel ${showShape(w.shape)}`,
    )
    size.forEach((dim, axis) =>
      check(
        convExtent(dim, w.shape[axis + 2]!, window, axis) === dy.shape[axis + 2],
        () => `convInput: size ${showShape(size)} does not convolve to ${showShape(dy.shape.slice(2))}`,
      ),
    )
    return { shape: [dy.shape[0]!, channels, ...size], dtype: sameDType('convInput', dy, w) }
  },

  convWeight: ({ kernel, ...window }, x, dy) => {
    checkRank('convWeight', kernel, x, dy)
    check(
      x.shape[0] === dy.shape[0],
      () =>
        `convWeight: batches ${x.shape[0]} and ${dy.shape[0]} differ (${showShape(x.shape)}, ${showShape(dy.shape)})`,
    )
    checkWindow('convWeight', window, kernel.length, x.shape[1]!, dy.shape[1]!)
    kernel.forEach((taps, axis) =>
      check(
        convExtent(x.shape[axis + 2]!, taps, window, axis) === dy.shape[axis + 2],
        () => `convWeight: kernel ${showShape(kernel)} does not map ${showShape(x.shape)} to ${showShape(dy.shape)}`,
      ),
    )
    return { shape: [dy.shape[1]!, x.shape[1]! / window.groups, ...kernel], dtype: sameDType('convWeight', x, dy) }
  },

  upsample: ({ factors }, x) => ({
    shape: scaleTrailing('upsample', x.shape, factors, (dim, factor) => dim * factor),
    dtype: x.dtype,
  }),

  sumPool: ({ factors }, x) => ({
    shape: scaleTrailing('sumPool', x.shape, factors, (dim, factor) => {
      check(dim % factor === 0, () => `sumPool: windows ${showShape(factors)} do not divide ${showShape(x.shape)}`)
      return dim / factor
    }),
    dtype: taken('sumPool', x.dtype),
  }),

  softmax: (_, x) => floatsOnly('softmax', x),
  logSoftmax: (_, x) => floatsOnly('logSoftmax', x),
  normalize: (_, x) => lastAxis('normalize', x),
  call: ({ file, names, shape, dtype }, ...inputs) => {
    check(isShape(shape), () => `${file.name}: ${showShape(shape)} is not a shape`)
    check(names.length === inputs.length, () => `${file.name}: ${inputs.length} inputs for ${names.length} names`)
    return { shape, dtype }
  },
  inverseStd: (_, x) => ({ ...lastAxis('inverseStd', x), shape: [...x.shape.slice(0, -1), 1] }),
}

function lastTwo(shape: Shape, transposed: boolean): readonly [number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number]
  return transposed ? [columns, rows] : [rows, columns]
}

function scaleTrailing(
  op: string,
  shape: Shape,
  factors: readonly number[],
  scale: (dim: number, factor: number) => number,
): Shape {
  const lead = shape.length - factors.length
  check(
    lead >= 0 && factors.every((factor) => Number.isInteger(factor) && factor >= 1),
    () => `${op}: ${showShape(factors)} are not whole factors for the last axes of ${showShape(shape)}`,
  )
  return shape.map((dim, axis) => (axis < lead ? dim : scale(dim, factors[axis - lead]!)))
}

function lastAxis(op: string, x: Tensor): Inferred {
  check(x.shape.length >= 1, () => `${op}: works along the last axis, a scalar has none`)
  return floatsOnly(op, x)
}

function floatsOnly(op: string, x: Tensor): Inferred {
  check(isFloat(x.dtype), () => `${op}: takes real numbers, got ${x.dtype}`)
  return { shape: x.shape, dtype: x.dtype }
}
