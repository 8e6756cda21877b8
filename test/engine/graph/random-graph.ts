/** Random expressions: short programs for a machine whose every instruction fits every state. */
import * as fc from 'fast-check'
import {
  abs,
  add,
  and,
  broadcastShapes,
  broadcastTo,
  cast,
  concat,
  conv,
  cos,
  div,
  equal,
  erf,
  filled,
  floor,
  gather,
  input,
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
  slice,
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
import type { Tensor } from '../../../src/engine/graph/index.ts'
import { random, real, whole } from './support.ts'

/** From two earlier values and a number, a new one. */
type Instruction = (a: Tensor, b: Tensor, n: number) => Tensor

/** b made to broadcast with a. */
function fitting(a: Tensor, b: Tensor): Tensor {
  try {
    broadcastShapes('fit', a.shape, b.shape)
    return b
  } catch {
    return sum(b)
  }
}

const axisOf = (a: Tensor, n: number): number => n % Math.max(1, a.shape.length)
const flat = (a: Tensor): Tensor => reshape(a, [-1])
const atLeastOneAxis = (a: Tensor): Tensor => (a.shape.length === 0 ? reshape(a, [1]) : a)
const amounts = (a: Tensor, n: number): number[] => a.shape.map((_, axis) => (n >> axis) % 3)
const fit =
  (f: (a: Tensor, b: Tensor) => Tensor): Instruction =>
  (a, b) =>
    f(a, fitting(a, b))

const rotate: Instruction = (a, _, n) =>
  transpose(
    a,
    a.shape.map((_, axis) => (axis + n) % a.shape.length),
  )

const functions = (...list: readonly ((a: Tensor) => Tensor)[]): Instruction[] => list.map((f) => (a) => f(a))
const operators = (...list: readonly ((a: Tensor, b: Tensor) => Tensor)[]): Instruction[] => list.map(fit)

/** Instructions with jumps, from whole numbers to whole numbers. */
const jumps: readonly Instruction[] = [
  ...functions(sign, floor, round),
  fit((a, b) => where(less(a, b), a, b)),
  fit((a, b) => where(lessEqual(a, b), b, a)),
  fit((a, b) => where(or(equal(a, b), not(and(less(a, 1), less(b, a)))), a, b)),
  (a) => cast(cast(a, 'int32'), 'float64'),
  (a) => cast(cast(a, 'float32'), 'float64'),
  (a) => cast(cast(cast(a, 'bool'), 'float32'), 'float64'),
]

/** Continuous instructions, from whole numbers to whole numbers. */
const continuous: readonly Instruction[] = [
  ...functions(neg, abs, relu, stopGradient, transpose, flat),
  ...operators(add, sub, mul, max, min),
  (a, _, n) => mul(a, [0, 1, -1, 2][n % 4]!),
  (a, _, n) => add(a, n % 2),
  (a, _, n) => pow(a, n % 4),
  (a) => div(a, 1),
  (a, _, n) => sub([0, 1][n % 2]!, a),
  (a, _, n) => add(a, filled(n % 2, a.shape, 'float64')),
  (a, _, n) => mul(filled(n % 3, [2, ...a.shape], 'float64'), a),
  (a, _, n) => where(filled(n % 2, a.shape, 'bool'), a, neg(a)),
  (a, _, n) => (a.shape.length > 0 ? sum(a, axisOf(a, n)) : a),
  (a, _, n) => sum(atLeastOneAxis(a), axisOf(a, n), { keepDims: true }),
  (a, _, n) => reduceMax(atLeastOneAxis(a), axisOf(a, n), { keepDims: n % 2 === 0 }),
  (a) => reshape(a, [1, ...a.shape]),
  (a) => reshape(a, [...a.shape, 1]),
  (a) => reshape(a, [1, sizeOf(a.shape), 1]),
  rotate,
  (a, _, n) => broadcastTo(a, [1 + (n % 3), ...a.shape]),
  (a, _, n) =>
    broadcastTo(
      a,
      a.shape.map((dim) => (dim === 1 ? 1 + (n % 3) : dim)),
    ),
  (a, _, n) => slice(atLeastOneAxis(a), axisOf(a, n), n % 2, undefined, 1 + (n % 3)),
  (a, _, n) => slice(atLeastOneAxis(a), axisOf(a, n), 0, 1),
  (a, _, n) => pad(a, amounts(a, n), amounts(a, n >> 2), { value: n % 3, interior: amounts(a, n >> 3) }),
  (a, _, n) => slice(pad(flat(a), [n % 3], [1]), 0, n % 3, (n % 3) + sizeOf(a.shape)),
  (a, _, n) => reverse(atLeastOneAxis(a), axisOf(a, n)),
  (a, b) => concat([flat(a), flat(b)], 0),
  (a, b, n) => concat([a, a, add(a, fitting(a, sum(b)))].map(atLeastOneAxis), axisOf(a, n)),
  (a, _, n) => (a.shape[0]! > 0 ? gather(a, whole([0, n % a.shape[0]!, 0])) : a),
  (a) => scatterAdd(flat(a), whole(Array.from({ length: sizeOf(a.shape) }, (_, i) => (i * i) % 3)), 3),
  (a, _, n) => (a.shape.length > 0 ? upsample(a, [1 + (n % 2)]) : a),
  (a, _, n) => (a.shape.length > 0 && a.shape.at(-1)! % 2 === 0 ? sumPool(a, [1 + (n % 2)]) : a),
  (a, b) => matmul(reshape(a, [1, -1, 1]), reshape(b, [1, -1])),
  (a) => matmul(reshape(a, [1, -1]), reshape(a, [1, -1]), { transposeB: true }),
  (a, b) => conv(reshape(a, [1, 1, -1]), reshape(slice(flat(b), 0, 0, 1), [1, 1, 1]), { padding: 1 }),
]

/** Curved instructions, of moderate size and slope. */
const curves: readonly Instruction[] = [
  ...functions(sin, cos, tanh, erf, sigmoid, silu),
  (a) => log(add(mul(a, a), 1)),
  (a) => sqrt(add(mul(a, a), 1)),
  (a) => pow(add(mul(a, a), 1), 0.5),
  (a) => pow(add(mul(a, a), 1), -1),
  (a) => reciprocal(add(abs(a), 1)),
  fit((a, b) => div(a, add(abs(b), 1))),
  (a, _, n) => mul(0.5, mul(a, [0.1, 3, 1e-20][n % 3]!)),
  (a, _, n) => softmax(atLeastOneAxis(a), axisOf(a, n)),
  (a, _, n) => logSoftmax(atLeastOneAxis(a), axisOf(a, n)),
  (a) => normalize(atLeastOneAxis(a), 0.5),
  (a) => inverseStd(atLeastOneAxis(a), 0.5),
]

/** What programs start from. */
const leaves = (): Tensor[] => [
  input('x', [2, 3], 'float64'),
  input('y', [3], 'float64'),
  input('z', [2, 1], 'float64'),
  input('s', [], 'float64'),
]

const largest = 48

function run(instructions: readonly Instruction[], program: readonly (readonly number[])[], start: Tensor[]): Tensor[] {
  const pool = [...start]
  for (const [op, i, j, n] of program) {
    // Later values are more likely operands: expressions grow deep rather than wide.
    const pick = (at: number): Tensor => pool[Math.max(0, pool.length - 1 - (at % 8))]!
    const made = instructions[op! % instructions.length]!(pick(i!), pick(j!), n!)
    const size = sizeOf(made.shape)
    if (size <= largest && size > 0 && made.shape.length <= 5) pool.push(made)
  }
  return pool.slice(start.length)
}

const program = fc.array(fc.tuple(fc.nat(1000), fc.nat(100), fc.nat(100), fc.nat(63)), { minLength: 3, maxLength: 24 })

/** The values of a random program over whole numbers; nothing rounds while they stay below 2²⁴. */
export const exactGraphs: fc.Arbitrary<Tensor[]> = program.map((each) =>
  run([...jumps, ...continuous], each, [
    ...leaves(),
    real([0, 1, 2, -1, 3, 0], [2, 3]),
    real([2, 2, 2]),
    real([1], [1, 1]),
  ]),
)

/** The values of a random program over real numbers. */
export const smoothGraphs: fc.Arbitrary<Tensor[]> = program.map((each) =>
  run([...continuous, ...curves], each, [...leaves(), random(5, [2, 3]), random(6, [3]), real([1], [1, 1])]),
)

export const wholeFeeds = { x: [1, -2, 3, 0, 2, -1], y: [2, 0, -3], z: [1, -1], s: [2] }
export const realFeeds = { x: [0.3, -0.7, 0.9, 0.11, 0.52, -0.4], y: [0.21, -0.6, 0.77], z: [0.35, -0.81], s: [0.47] }
