/**
 * For every operator, expressions whose gradients are held against finite differences. Where an operator has a kink or a
 * jump, the arguments stay away from it.
 */
import {
  abs,
  add,
  and,
  broadcastTo,
  cast,
  concat,
  conv,
  convInput,
  convTranspose,
  convWeight,
  cos,
  div,
  equal,
  erf,
  exp,
  floor,
  gather,
  inverseStd,
  less,
  lessEqual,
  log,
  logSoftmax,
  matmul,
  max,
  min,
  mul,
  neg,
  normalize,
  not,
  or,
  pad,
  pow,
  reciprocal,
  reduceMax,
  relu,
  reshape,
  reverse,
  round,
  scatterAdd,
  sigmoid,
  sign,
  silu,
  sin,
  sizeOf,
  sliceAll,
  softmax,
  sqrt,
  stopGradient,
  sub,
  sum,
  sumPool,
  tanh,
  transpose,
  upsample,
  where,
} from '../../../src/engine/graph/index.ts'
import type { OpName, Shape, Tensor, Window } from '../../../src/engine/graph/index.ts'
import { apart, random, uniform, whole } from './support.ts'

/** An argument: its shape and its elements. */
export interface Argument {
  readonly shape: Shape
  readonly data: readonly number[]
}

/** An expression of real arguments. */
export interface GradientCase {
  readonly name: string
  readonly at: readonly Argument[]
  readonly build: (...x: Tensor[]) => Tensor
}

let seed = 1
const real = (...shape: number[]): Argument => ({ shape, data: uniform(seed++, sizeOf(shape)) })
const positive = (...shape: number[]): Argument => ({ shape, data: uniform(seed++, sizeOf(shape), 0.5, 2) })
/** Numbers apart from each other, from zero, and from halves and whole numbers. */
const spaced = (shape: Shape, offset?: number): Argument => ({ shape, data: apart(seed++, sizeOf(shape), offset) })

const of = (name: string, at: readonly Argument[], build: (...x: Tensor[]) => Tensor): GradientCase => ({
  name,
  at,
  build,
})

const unary = (build: (x: Tensor) => Tensor, at: Argument = real(2, 3)): GradientCase[] => [of('[2, 3]', [at], build)]

const binary = (
  build: (a: Tensor, b: Tensor) => Tensor,
  argument: (...shape: number[]) => Argument = real,
): GradientCase[] => [
  of('same shapes', [argument(2, 3), argument(2, 3)], build),
  of('broadcasting both ways', [argument(2, 1, 3), argument(4, 1)], build),
  of('a scalar', [argument(), argument(3)], build),
  of('one tensor twice', [argument(4)], (x) => build(x, mul(x, 1.5))),
]

const separate = (build: (a: Tensor, b: Tensor) => Tensor): GradientCase[] => [
  of('same shapes', [spaced([2, 3]), spaced([2, 3], 0.27)], build),
  of('broadcasting both ways', [spaced([2, 1, 3]), spaced([4, 1], 0.27)], build),
]

/** A truth value picks between two expressions. */
const chosen = (test: (a: Tensor, b: Tensor) => Tensor): GradientCase[] =>
  separate((a, b) => where(test(a, b), mul(a, b), sin(a)))

const window = (rank: number, options: Partial<Window> = {}): Window => ({
  stride: Array.from({ length: rank }, () => 1),
  padding: Array.from({ length: rank }, () => [0, 0] as const),
  dilation: Array.from({ length: rank }, () => 1),
  groups: 1,
  ...options,
})

/** Windows in one, two and three dimensions, and what they convolve: `x`, `w` and so `y`. */
const convolutions: readonly (readonly [name: string, Window, x: Shape, w: Shape, y: Shape])[] = [
  ['1-D', window(1), [2, 2, 5], [3, 2, 3], [2, 3, 3]],
  ['1-D, strided past the end', window(1, { stride: [3], padding: [[1, 0]] }), [1, 1, 6], [2, 1, 2], [1, 2, 2]],
  ['2-D', window(2), [2, 2, 3, 4], [2, 2, 2, 3], [2, 2, 2, 2]],
  [
    '2-D, stride, asymmetric padding, dilation, groups',
    window(2, {
      stride: [2, 1],
      padding: [
        [1, 0],
        [0, 2],
      ],
      dilation: [1, 2],
      groups: 2,
    }),
    [1, 4, 4, 4],
    [2, 2, 3, 2],
    [1, 2, 2, 4],
  ],
  [
    '2-D depthwise',
    window(2, {
      padding: [
        [1, 1],
        [1, 1],
      ],
      groups: 3,
    }),
    [1, 3, 3, 3],
    [3, 1, 3, 3],
    [1, 3, 3, 3],
  ],
  [
    '3-D',
    window(3, {
      stride: [1, 2, 1],
      padding: [
        [0, 1],
        [1, 0],
        [0, 0],
      ],
    }),
    [1, 1, 2, 3, 2],
    [2, 1, 2, 2, 2],
    [1, 2, 2, 2, 1],
  ],
]

const rows = whole([0, 2, 2, 3, 0, 2], [3, 2])

export const gradientCases: { readonly [K in OpName]: readonly GradientCase[] } = {
  input: unary((x) => x),
  constant: unary((x) => mul(x, random(99, [3]))),
  stopGradient: unary((x) => mul(x, stopGradient(random(98, [2, 3])))),

  neg: unary(neg),
  exp: unary(exp),
  log: unary(log, positive(2, 3)),
  sqrt: unary(sqrt, positive(2, 3)),
  reciprocal: unary(reciprocal, positive(2, 3)),
  abs: unary(abs, spaced([2, 3])),
  sign: unary((x) => mul(x, sign(x)), spaced([2, 3])),
  floor: unary((x) => mul(x, floor(x)), spaced([2, 3])),
  round: unary((x) => mul(x, round(x)), spaced([2, 3])),
  sin: unary(sin),
  cos: unary(cos),
  tanh: unary(tanh),
  erf: unary(erf),
  sigmoid: unary(sigmoid),
  relu: unary((x) => mul(relu(x), x), spaced([2, 3])),
  silu: unary(silu),

  add: binary(add),
  sub: binary(sub),
  mul: binary(mul),
  div: binary(div, positive),
  pow: binary(pow, positive),
  max: separate((a, b) => mul(max(a, b), a)),
  min: separate((a, b) => mul(min(a, b), a)),

  not: chosen((a, b) => not(less(a, b))),
  equal: chosen(equal),
  less: chosen(less),
  lessEqual: chosen(lessEqual),
  and: chosen((a, b) => and(less(a, b), less(0, a))),
  or: chosen((a, b) => or(less(a, b), less(0, a))),
  where: [
    of('broadcasting', [spaced([2, 1]), real(3), real(2, 3)], (c, a, b) => where(less(c, 0), mul(a, b), square(b))),
    of('a scalar branch', [spaced([2, 3])], (x) => where(less(x, 0), 0, square(x))),
  ],
  cast: unary((x) => cast(exp(cast(x, 'float32')), 'float64')),

  sum: [
    of('all', [real(2, 3)], (x) => sum(square(x))),
    of('one axis', [real(2, 3, 2)], (x) => sum(square(x), 1)),
    of('two axes, kept', [real(2, 3, 2)], (x) => mul(sum(square(x), [0, 2], { keepDims: true }), x)),
  ],
  reduceMax: [
    of('all', [spaced([2, 3])], (x) => reduceMax(square(x))),
    of('one axis', [spaced([2, 3])], (x) => reduceMax(exp(x), 0)),
    of('two axes', [spaced([2, 3, 2])], (x) => reduceMax(sin(x), [0, -1])),
  ],

  reshape: unary((x) => reshape(square(x), [3, 1, 2])),
  transpose: [of('three axes', [real(2, 3, 2)], (x) => transpose(square(x), [2, 0, 1]))],
  broadcastTo: [
    of('new and stretched axes', [real(3, 1)], (x) => broadcastTo(square(x), [2, 3, 4])),
    of('a scalar', [real()], (x) => broadcastTo(square(x), [2, 3])),
  ],
  slice: [
    of('steps that reach the end', [real(5, 3)], (x) => sliceAll(square(x), [0, 1], [5, 3], [2, 1])),
    of('steps that do not', [real(6, 4)], (x) => sliceAll(square(x), [1, 0], [5, 4], [2, 3])),
    of('nothing left', [real(3)], (x) => concat([square(x), sliceAll(x, [1], [1], [1])], 0)),
  ],
  pad: [
    of('around', [real(2, 3)], (x) => pad(square(x), [1, 0], [0, 2])),
    of('between, with a value', [real(2, 3)], (x) => pad(square(x), [1, 0], [0, 2], { interior: [1, 2], value: 3 })),
  ],
  reverse: unary((x) => reverse(square(x), [1])),
  concat: [of('three', [real(2, 1), real(2, 3), real(2, 2)], (a, b, c) => concat([square(a), b, exp(c)], 1))],
  gather: [
    of('repeated indices', [real(4, 2)], (x) => gather(square(x), rows)),
    of('one row', [real(4, 2)], (x) => gather(square(x), whole([1], []))),
  ],
  scatterAdd: [of('repeated indices', [real(3, 2, 2)], (x) => scatterAdd(square(x), rows, 5))],
  upsample: [of('by 2 and 3', [real(2, 2, 2)], (x) => upsample(square(x), [2, 3]))],
  sumPool: [of('by 2 and 3', [real(2, 4, 3)], (x) => sumPool(square(x), [2, 3]))],

  matmul: [
    of('matrices', [real(2, 3), real(3, 4)], (a, b) => matmul(a, b)),
    of('a transposed', [real(3, 2), real(3, 4)], (a, b) => matmul(a, b, { transposeA: true })),
    of('b transposed', [real(2, 3), real(4, 3)], (a, b) => matmul(a, b, { transposeB: true })),
    of('both', [real(3, 2), real(4, 3)], (a, b) => matmul(a, b, { transposeA: true, transposeB: true })),
    of('a stack by one matrix', [real(2, 2, 3), real(3, 2)], (a, b) => matmul(a, b)),
    of('a stack by one transposed', [real(2, 2, 3), real(2, 3)], (a, b) => matmul(a, b, { transposeB: true })),
    of('a transposed stack by one', [real(2, 3, 2), real(3, 2)], (a, b) => matmul(a, b, { transposeA: true })),
    of('one by a stack', [real(2, 3), real(2, 3, 2)], (a, b) => matmul(a, b)),
    of('stacks that broadcast', [real(2, 1, 2, 3), real(3, 3, 2)], (a, b) => matmul(a, b)),
    of('transposed stacks that broadcast', [real(2, 1, 3, 2), real(3, 2, 3)], (a, b) =>
      matmul(a, b, { transposeA: true, transposeB: true }),
    ),
  ],
  conv: [
    ...convolutions.map(([name, window, x, w]) => of(name, [real(...x), real(...w)], (x, w) => conv(x, w, window))),
    of('numbers for all dimensions', [real(1, 2, 4, 4), real(2, 1, 2, 2)], (x, w) =>
      conv(x, w, { stride: 2, padding: 1, dilation: 2, groups: 2 }),
    ),
  ],
  convInput: [
    ...convolutions.map(([name, window, x, w, y]) =>
      of(name, [real(...y), real(...w)], (dy, w) => convInput(dy, w, window, x.slice(2))),
    ),
    of('convTranspose', [real(1, 2, 2, 3), real(2, 1, 3, 2)], (x, w) =>
      convTranspose(x, w, { stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
    ),
  ],
  convWeight: convolutions.map(([name, window, x, w, y]) =>
    of(name, [real(...x), real(...y)], (x, dy) => convWeight(x, dy, window, w.slice(2))),
  ),

  softmax: [
    of('last axis', [real(2, 3)], (x) => softmax(x)),
    of('first axis', [real(3, 2)], (x) => softmax(square(x), 0)),
  ],
  logSoftmax: [
    of('last axis', [real(2, 3)], (x) => logSoftmax(x)),
    of('first axis', [real(3, 2)], (x) => logSoftmax(square(x), 0)),
  ],
  normalize: [
    of('small ε', [real(2, 5)], (x) => normalize(x, 1e-5)),
    of('large ε', [real(4)], (x) => normalize(x, 0.5)),
    of('groups of channels', [real(2, 4, 3), real(4, 1), real(4, 1)], (x, gamma, beta) => groupNorm(x, 2, gamma, beta)),
    of('groups of channels of an image', [real(1, 4, 2, 2), real(4, 1, 1), real(4, 1, 1)], (x, gamma, beta) =>
      groupNorm(x, 2, gamma, beta),
    ),
    of('groups, one γ for all', [real(2, 4, 3), real(1, 1), real(4, 1)], (x, gamma, beta) =>
      groupNorm(x, 2, gamma, beta),
    ),
  ],
  call: [],
  inverseStd: [
    of('small ε', [real(2, 5)], (x) => inverseStd(x, 1e-5)),
    of('large ε', [real(4)], (x) => inverseStd(x, 0.5)),
  ],
}

/** A nonlinearity in front of linear operators, so that second derivatives are not all zero. */
function square(x: Tensor): Tensor {
  return mul(x, x)
}

/** Normalised in groups of channels, with a scale and a shift for each channel. */
export function groupNorm(x: Tensor, groups: number, gamma: Tensor, beta: Tensor): Tensor {
  const grouped = reshape(x, [x.shape[0]!, groups, sizeOf(x.shape.slice(1)) / groups])
  return add(mul(reshape(normalize(grouped, 1e-3), x.shape), gamma), beta)
}
