/** Reference rules of sums, maxima and operators along an axis. */
import { dtypeOf } from '../dtype.ts'
import { sizeOf } from '../shape.ts'
import { indices, offsetOf, read, storage, tabulate } from './value.ts'
import type { Index, ReferenceRules, Value } from './value.ts'

type ReduceOp = 'sum' | 'reduceMax' | 'sumPool' | 'softmax' | 'logSoftmax' | 'normalize' | 'inverseStd'

export const reduceRules: ReferenceRules<ReduceOp> = {
  sum: ({ axes }, x) => reduce(x, axes, 0, (total, each) => total + each),
  reduceMax: ({ axes }, x) => reduce(x, axes, -Infinity, Math.max),

  sumPool: ({ factors }, x) => {
    const scale = [...x.shape.slice(factors.length).map(() => 1), ...factors]
    const shape = x.shape.map((dim, axis) => dim / scale[axis]!)
    return accumulate(
      x,
      shape,
      (index) => index.map((at, axis) => Math.floor(at / scale[axis]!)),
      0,
      (total, each) => total + each,
    )
  },

  softmax: ({ axis }, x) =>
    alongAxis(x, axis, (line) => {
      const peak = line.reduce((a, b) => Math.max(a, b), -Infinity)
      const weights = line.map((each) => Math.exp(each - peak))
      const total = sum(weights)
      return weights.map((each) => each / total)
    }),

  logSoftmax: ({ axis }, x) =>
    alongAxis(x, axis, (line) => {
      const peak = line.reduce((a, b) => Math.max(a, b), -Infinity)
      const logTotal = peak + Math.log(sum(line.map((each) => Math.exp(each - peak))))
      return line.map((each) => each - logTotal)
    }),

  normalize: ({ epsilon }, x) =>
    alongAxis(x, x.shape.length - 1, (line) => {
      const [middle, scale] = [mean(line), inverseStd(line, epsilon)]
      return line.map((each) => (each - middle) * scale)
    }),

  inverseStd: ({ epsilon }, x) => alongAxis(x, x.shape.length - 1, (line) => [inverseStd(line, epsilon)]),
}

const sum = (line: readonly number[]): number => line.reduce((total, each) => total + each, 0)
const mean = (line: readonly number[]): number => sum(line) / line.length
function inverseStd(line: readonly number[], epsilon: number): number {
  const middle = mean(line)
  return 1 / Math.sqrt(mean(line.map((each) => (each - middle) ** 2)) + epsilon)
}

/** Combines every element of x into the element of the result that `to` sends it to. */
function accumulate(
  x: Value,
  shape: Index,
  to: (index: Index) => Index,
  start: number,
  combine: (a: number, b: number) => number,
): Value {
  const data = storage(dtypeOf(x.data), sizeOf(shape)).fill(x.data instanceof Int32Array ? wholeStart(start) : start)
  for (const index of indices(x.shape)) {
    const at = offsetOf(to(index), shape)
    data[at] = combine(data[at]!, read(x, index))
  }
  return { shape, data }
}

/** The smallest integer stands for −∞. */
const wholeStart = (start: number): number => Math.max(start, -(2 ** 31))

function reduce(x: Value, axes: Index, start: number, combine: (a: number, b: number) => number): Value {
  const keep = (list: Index): Index => list.filter((_, axis) => !axes.includes(axis))
  return accumulate(x, keep(x.shape), keep, start, combine)
}

/** Every line of x along an axis, replaced by `f(line)`, which may have another length. */
function alongAxis(x: Value, axis: number, f: (line: readonly number[]) => readonly number[]): Value {
  const lines = new Map<number, readonly number[]>()
  const across = x.shape.with(axis, 1)
  let length = x.shape[axis]!
  for (const index of indices(across)) {
    const line = f(Array.from({ length: x.shape[axis]! }, (_, at) => read(x, index.with(axis, at))))
    lines.set(offsetOf(index, across), line)
    length = line.length
  }
  return tabulate(
    x.shape.with(axis, length),
    dtypeOf(x.data),
    (index) => lines.get(offsetOf(index.with(axis, 0), across))![index[axis]!]!,
  )
}
