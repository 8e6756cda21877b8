import { describe, expect, test } from 'vitest'
import {
  abs,
  add,
  and,
  broadcastTo,
  cast,
  concat,
  constant,
  conv,
  convInput,
  convWeight,
  cos,
  div,
  equal,
  erf,
  exp,
  floor,
  gather,
  gelu,
  input,
  inverseStd,
  less,
  lessEqual,
  log,
  logSoftmax,
  logSumExp,
  matmul,
  max,
  mean,
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
  slice,
  sliceAll,
  softmax,
  softplus,
  split,
  sqrt,
  stack,
  stopGradient,
  sub,
  sum,
  sumPool,
  tanh,
  topological,
  transpose,
  upsample,
  variance,
  where,
} from '../../../src/engine/graph/index.ts'
import type { OpName, Tensor, Window } from '../../../src/engine/graph/index.ts'
import { inferRules } from '../../../src/engine/graph/infer.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { elementsOf, expectClose, real, truth, whole } from './support.ts'

const matrix = real([1, 2, 3, 4, 5, 6], [2, 3])
const bits = truth([0, 0, 1, 1])
const flips = truth([0, 1, 0, 1])
const around: Window = { stride: [2], padding: [[1, 0]], dilation: [1], groups: 1 }

/** Values worked out by hand: `[expression, shape, elements]`. */
const examples: { readonly [K in OpName]: readonly (readonly [Tensor, number[], number[]])[] } = {
  input: [[input('x', [2], 'float64'), [2], [7, 8]]],
  constant: [
    [constant(3), [], [3]],
    [constant([1, 2, 3, 4], [2, 2]), [2, 2], [1, 2, 3, 4]],
    [constant(1, [2]), [2], [1, 1]],
  ],
  stopGradient: [[stopGradient(matrix), [2, 3], [1, 2, 3, 4, 5, 6]]],
  neg: [[neg(real([1, -2])), [2], [-1, 2]]],
  exp: [[exp(real([0, 1])), [2], [1, Math.E]]],
  log: [[log(real([1, Math.E])), [2], [0, 1]]],
  sqrt: [[sqrt(real([4, 9])), [2], [2, 3]]],
  reciprocal: [[reciprocal(real([4, -0.5])), [2], [0.25, -2]]],
  abs: [[abs(whole([-3, 3])), [2], [3, 3]]],
  sign: [[sign(real([-3, 0, 0.1])), [3], [-1, 0, 1]]],
  floor: [[floor(real([-1.5, 1.5])), [2], [-2, 1]]],
  round: [[round(real([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, -2.6])), [7], [0, 2, 2, 0, -2, 2, -3]]],
  sin: [[sin(real([Math.PI / 6])), [1], [0.5]]],
  cos: [[cos(real([Math.PI / 3])), [1], [0.5]]],
  tanh: [[tanh(real([Math.log(2)])), [1], [0.6]]],
  // Abramowitz & Stegun, table 7.1; and far out
  erf: [
    [
      erf(real([0, 0.5, -1, 2, 3, 7])),
      [6],
      [0, 0.5204998778130465, -0.8427007929497149, 0.9953222650189527, 0.9999779095030014, 1],
    ],
  ],
  sigmoid: [[sigmoid(real([Math.log(3), -1e4])), [2], [0.75, 0]]],
  relu: [[relu(real([-1, 2])), [2], [0, 2]]],
  silu: [[silu(real([Math.log(3), -1e4])), [2], [0.75 * Math.log(3), 0]]],
  not: [[not(bits), [4], [1, 1, 0, 0]]],
  add: [[add(matrix, real([10, 20], [2, 1])), [2, 3], [11, 12, 13, 24, 25, 26]]],
  sub: [[sub(matrix, real([1, 1, 1])), [2, 3], [0, 1, 2, 3, 4, 5]]],
  mul: [
    [mul(matrix, 2), [2, 3], [2, 4, 6, 8, 10, 12]],
    // 46341² = 2³¹ + 4633, and 123456789² = 15241578750190521 ≡ −1757895751 mod 2³²
    [mul(whole([46341, 123456789]), whole([46341, 123456789])), [2], [-2147479015, -1757895751]],
  ],
  div: [
    [div(real([1, -3]), 2), [2], [0.5, -1.5]],
    [div(whole([7, -7]), 2), [2], [3, -3]],
  ],
  pow: [[pow(real([2, 9]), real([3, 0.5])), [2], [8, 3]]],
  max: [[max(real([1, 5]), real([3, 2])), [2], [3, 5]]],
  min: [[min(real([1, 5]), real([3, 2])), [2], [1, 2]]],
  equal: [[equal(whole([1, 2, 3]), 2), [3], [0, 1, 0]]],
  less: [[less(real([1, 2, 3]), 2), [3], [1, 0, 0]]],
  lessEqual: [[lessEqual(real([1, 2, 3]), 2), [3], [1, 1, 0]]],
  and: [[and(bits, flips), [4], [0, 0, 0, 1]]],
  or: [[or(bits, flips), [4], [0, 1, 1, 1]]],
  where: [[where(truth([1, 0], [2, 1]), matrix, 0), [2, 3], [1, 2, 3, 0, 0, 0]]],
  cast: [
    [cast(real([1.9, -1.9, 0]), 'int32'), [3], [1, -1, 0]],
    [cast(real([0.5, 0, -2]), 'bool'), [3], [1, 0, 1]],
    [cast(bits, 'float32'), [4], [0, 0, 1, 1]],
  ],
  sum: [
    [sum(matrix), [], [21]],
    [sum(matrix, 0), [3], [5, 7, 9]],
    [sum(matrix, -1, { keepDims: true }), [2, 1], [6, 15]],
    [sum(real([], [0, 2]), 0), [2], [0, 0]],
  ],
  reduceMax: [
    [reduceMax(matrix, 1), [2], [3, 6]],
    [reduceMax(real([-5, -3])), [], [-3]],
    [reduceMax(whole([-5, -3])), [], [-3]],
  ],
  reshape: [[reshape(matrix, [3, -1]), [3, 2], [1, 2, 3, 4, 5, 6]]],
  transpose: [
    [transpose(matrix), [3, 2], [1, 4, 2, 5, 3, 6]],
    [transpose(reshape(matrix, [1, 2, 3]), [2, 0, 1]), [3, 1, 2], [1, 4, 2, 5, 3, 6]],
  ],
  broadcastTo: [[broadcastTo(real([1, 2], [2, 1]), [2, 2, 3]), [2, 2, 3], [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2]]],
  slice: [
    [slice(matrix, 1, 1), [2, 2], [2, 3, 5, 6]],
    [slice(matrix, -1, -2, -1), [2, 1], [2, 5]],
    [slice(real([0, 1, 2, 3, 4, 5, 6]), 0, 1, 7, 3), [2], [1, 4]],
    [sliceAll(matrix, [1, 0], [2, 3], [1, 2]), [1, 2], [4, 6]],
  ],
  pad: [
    [pad(real([1, 2]), [1], [2], { value: 9 }), [5], [9, 1, 2, 9, 9]],
    [pad(real([1, 2, 3]), [0], [1], { interior: [2] }), [8], [1, 0, 0, 2, 0, 0, 3, 0]],
  ],
  reverse: [[reverse(matrix, 1), [2, 3], [3, 2, 1, 6, 5, 4]]],
  concat: [
    [concat([matrix, real([7, 8], [2, 1])], 1), [2, 4], [1, 2, 3, 7, 4, 5, 6, 8]],
    [stack([real([1, 2]), real([3, 4])], 1), [2, 2], [1, 3, 2, 4]],
  ],
  gather: [[gather(matrix, whole([1, 0, 1])), [3, 3], [4, 5, 6, 1, 2, 3, 4, 5, 6]]],
  scatterAdd: [[scatterAdd(real([1, 2, 3, 4]), whole([0, 2, 0, 2]), 4), [4], [4, 0, 6, 0]]],
  upsample: [[upsample(matrix, [2]), [2, 6], [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]]],
  sumPool: [[sumPool(real([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]), [2, 2]), [1, 2], [14, 22]]],
  matmul: [
    [matmul(matrix, real([1, 0, 1, 0, 1, 1], [3, 2])), [2, 2], [6, 3, 15, 6]],
    [matmul(matrix, matrix, { transposeB: true }), [2, 2], [14, 32, 32, 77]],
    [matmul(matrix, matrix, { transposeA: true }), [3, 3], [17, 22, 27, 22, 29, 36, 27, 36, 45]],
  ],
  // 0 | 1 2 3 4 5, two taps, every second place
  conv: [[conv(real([1, 2, 3, 4, 5], [1, 1, 5]), real([10, 1], [1, 1, 2]), around), [1, 1, 3], [1, 23, 45]]],
  convInput: [
    [convInput(real([1, 2, 3], [1, 1, 3]), real([10, 1], [1, 1, 2]), around, [5]), [1, 1, 5], [1, 20, 2, 30, 3]],
  ],
  convWeight: [
    [convWeight(real([1, 2, 3, 4, 5], [1, 1, 5]), real([1, 10, 100], [1, 1, 3]), around, [2]), [1, 1, 2], [420, 531]],
  ],
  softmax: [
    [softmax(real([0, Math.log(3)])), [2], [0.25, 0.75]],
    [softmax(real([0, 0, Math.log(3), 0], [2, 2]), 0), [2, 2], [0.25, 0.5, 0.75, 0.5]],
  ],
  logSoftmax: [[logSoftmax(real([0, Math.log(3)])), [2], [Math.log(0.25), Math.log(0.75)]]],
  normalize: [[normalize(real([1, 3, 5, 5], [2, 2]), 3), [2, 2], [-0.5, 0.5, 0, 0]]],
  call: [],
  inverseStd: [[inverseStd(real([1, 3, 5, 5], [2, 2]), 3), [2, 1], [0.5, 1 / Math.sqrt(3)]]],
}

describe('reference evaluation', () => {
  // files are run by engines: test/engine/onnx/call.test.ts
  test.each(Object.keys(inferRules).filter((op) => op !== 'call'))('%s', (op) => {
    const list = examples[op as OpName]
    expect(list.length).toBeGreaterThan(0)
    for (const [tensor, shape, elements] of list) {
      const [value] = evaluate([tensor], { x: [7, 8] })
      expect(value.shape).toEqual(shape)
      expectClose(value.data, elements, 1e-15)
    }
    expect(list.some(([tensor]) => topological([tensor]).some((node) => node.op === op))).toBe(true)
  })

  test('of what is made of operators', () => {
    const x = real([1, 2, 3, 6], [2, 2])
    expectClose(elementsOf(mean(x, 0)), [2, 4])
    expectClose(elementsOf(variance(x, 0)), [1, 4])
    expectClose(elementsOf(softplus(real([0, -1e4, 1e4]))), [Math.LN2, 0, 1e4])
    // x Φ(x) with Φ(1) = 0.841344746068543
    expectClose(elementsOf(gelu(real([0, 1, -1]))), [0, 0.841344746068543, -0.158655253931457], 1e-14)
    expect(split(x, 1, [1, 1]).map((each) => elementsOf(each))).toEqual([
      [1, 3],
      [2, 6],
    ])
  })

  test('of float32 is in double precision', () => {
    const x = input('x', [1])
    expect(elementsOf(add(x, 2 ** -40), { x: [1] })).toEqual([1 + 2 ** -40])
    expect(elementsOf(constant([0.1]))).toEqual([Math.fround(0.1)])
  })

  test('of many values at once, each node once', () => {
    const x = input('x', [2], 'float64')
    const h = exp(x)
    const [a, b, c] = evaluate([h, add(h, h), x], { x: { data: Float32Array.of(0, 0) } })
    expect([a, b, c].map(({ data }) => [...data])).toEqual([
      [1, 1],
      [2, 2],
      [0, 0],
    ])
  })

  test('softmax and logSumExp hold at ±10⁴', () => {
    const x = real([1e4, 1e4, -1e4, -1e4, -1e4, 1e4], [3, 2])
    expectClose(elementsOf(softmax(x)), [0.5, 0.5, 0.5, 0.5, 0, 1])
    expectClose(elementsOf(logSoftmax(x)), [-Math.LN2, -Math.LN2, -Math.LN2, -Math.LN2, -2e4, 0])
    expectClose(elementsOf(logSumExp(x, 1)), [1e4 + Math.LN2, -1e4 + Math.LN2, 1e4])
    expect(evaluate([logSumExp(x, 0, { keepDims: true })])[0].shape).toEqual([1, 2])
  })

  test('says what is missing or does not fit', () => {
    const x = input('x', [2])
    expect(() => evaluate([x], { y: [1] })).toThrow('the input x has no value')
    expect(() => evaluate([x], { x: [1, 2, 3] })).toThrow('3 elements do not fill x, [2]')
    expect(() => elementsOf(gather(matrix, whole([2])))).toThrow('gather: index 2 is outside a table of 2 rows')
    expect(() => elementsOf(scatterAdd(real([1]), whole([-1]), 2))).toThrow(
      'scatterAdd: index -1 is outside a table of 2 rows',
    )
  })
})
