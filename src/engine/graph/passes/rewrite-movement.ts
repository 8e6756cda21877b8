/** Rewrite rules of the operators that move or sum elements. */
import type { HostArray } from '../dtype.ts'
import { mul } from '../elementwise.ts'
import { broadcastTo, concat, pad, reshape, reverse, sliceAll, transpose } from '../movement.ts'
import type { OpName } from '../ops.ts'
import { sum } from '../reduce.ts'
import { sameShape, sizeOf } from '../shape.ts'
import type { Shape } from '../shape.ts'
import { constantValue, node } from '../tensor.ts'
import { all } from './rewrite.ts'
import type { Rewrite, RewriteRules } from './rewrite.ts'
import { addsLeadingOnes } from './rewrite-elementwise.ts'

/** Movements of a constant with one value everywhere. */
const uniform: Rewrite<OpName> = (y, x) => {
  const value = constantValue(x)
  return value !== undefined && all(y, value)
}

/** A movement that changes nothing. */
const unchanged: Rewrite<OpName> = (y, x) => sameShape(y.shape, x.shape) && x

function sameEverywhere(data: HostArray): boolean {
  for (const each of data) if (!Object.is(each, data[0])) return false
  return true
}

const without = (shape: Shape, dim: number): Shape => shape.filter((each) => each !== dim)

/** The axes that follow each other without a gap up to the last. */
function lastRun(axes: readonly number[]): number[] {
  const last = axes.at(-1)!
  return axes.filter((axis, i) => last - axis === axes.length - 1 - i)
}

export const movementRewrites: RewriteRules = {
  constant: [
    (y) => {
      const { data } = y.attributes
      return data.length > 1 && sameEverywhere(data) && all(y, data[0]!)
    },
  ],

  reshape: [
    unchanged,
    (y, x) => x.op === 'reshape' && reshape(x.inputs[0], y.shape),
    (y, x) => x.op === 'constant' && node('constant', [], { shape: y.shape, data: x.attributes.data }),
    uniform,
  ],

  transpose: [
    ({ attributes: { permutation } }, x) => permutation.every((axis, i) => axis === i) && x,
    ({ attributes: { permutation } }, x) => {
      if (x.op !== 'transpose') return undefined
      const inner = x.attributes.permutation
      return transpose(
        x.inputs[0],
        permutation.map((axis) => inner[axis]!),
      )
    },
    // Only dimensions of 1 change places.
    (y, x) => {
      const moving = y.attributes.permutation.filter((axis) => x.shape[axis] !== 1)
      return moving.every((axis, i) => i === 0 || moving[i - 1]! < axis) && reshape(x, y.shape)
    },
    uniform,
  ],

  broadcastTo: [
    unchanged,
    (y, x) => x.op === 'broadcastTo' && broadcastTo(x.inputs[0], y.shape),
    (y, x) => x.op === 'reshape' && addsLeadingOnes(x) && broadcastTo(x.inputs[0], y.shape),
    // Only dimensions of 1 are new.
    (y, x) => sameShape(without(y.shape, 1), without(x.shape, 1)) && reshape(x, y.shape),
  ],

  slice: [
    unchanged,
    uniform,
    ({ shape, attributes: { start, end, step } }, x) => {
      if (x.op !== 'slice' || sizeOf(shape) === 0) return undefined
      const inner = x.attributes
      const place = (at: number, axis: number): number => inner.start[axis]! + at * inner.step[axis]!
      return sliceAll(
        x.inputs[0],
        start.map(place),
        end.map((at, axis) => Math.min(place(at, axis), inner.end[axis]!)),
        step.map((by, axis) => by * inner.step[axis]!),
      )
    },
    // Padding that is cut off again.
    ({ attributes: { start, end, step } }, x) => {
      if (x.op !== 'pad') return undefined
      const { before, interior } = x.attributes
      const core = x.inputs[0]
      const inside = core.shape.every(
        (dim, axis) => interior[axis] === 0 && start[axis]! >= before[axis]! && end[axis]! <= before[axis]! + dim,
      )
      const back = (at: number, axis: number): number => at - before[axis]!
      return inside && sliceAll(core, start.map(back), end.map(back), step)
    },
  ],

  pad: [
    unchanged,
    (y, x) => constantValue(x) === y.attributes.value && all(y, y.attributes.value),
    ({ attributes: { before, after, interior, value } }, x) => {
      if (x.op !== 'pad') return undefined
      const inner = x.attributes
      if (value !== inner.value || interior.some((gap) => gap > 0)) return undefined
      return pad(
        x.inputs[0],
        before.map((amount, axis) => amount + inner.before[axis]!),
        after.map((amount, axis) => amount + inner.after[axis]!),
        { interior: inner.interior, value },
      )
    },
  ],

  reverse: [
    ({ attributes: { axes } }, x) => axes.length === 0 && x,
    uniform,
    ({ attributes: { axes } }, x) =>
      axes.some((axis) => x.shape[axis] === 1) &&
      reverse(
        x,
        axes.filter((axis) => x.shape[axis] !== 1),
      ),
    ({ attributes: { axes } }, x) => {
      if (x.op !== 'reverse') return undefined
      const inner = x.attributes.axes
      const once = [...axes.filter((axis) => !inner.includes(axis)), ...inner.filter((axis) => !axes.includes(axis))]
      return reverse(x.inputs[0], once)
    },
  ],

  concat: [
    ({ attributes: { axis } }, ...pieces) => {
      const flat = pieces.flatMap((each) =>
        each.op === 'concat' && each.attributes.axis === axis ? each.inputs : [each],
      )
      const filled = flat.filter((each) => each.shape[axis]! > 0)
      const kept = filled.length > 0 ? filled : flat.slice(0, 1)
      return (kept.length !== pieces.length || pieces.length === 1) && concat(kept, axis)
    },
  ],

  upsample: [unchanged, uniform],
  sumPool: [unchanged],

  sum: [
    (y, x) => sizeOf(y.shape) === sizeOf(x.shape) && sizeOf(x.shape) > 0 && reshape(x, y.shape),
    // Sums over stretched axes become products with their lengths.
    (y, x) => {
      if (x.op !== 'broadcastTo') return undefined
      const own = x.inputs[0].shape
      const extra = x.shape.length - own.length
      const stretched = y.attributes.axes.filter((axis) => (own[axis - extra] ?? 1) === 1 && x.shape[axis] !== 1)
      if (stretched.length === 0) return undefined
      const count = sizeOf(stretched.map((axis) => x.shape[axis]!))
      const narrow = x.shape.map((dim, axis) => (stretched.includes(axis) ? 1 : dim))
      return mul(sum(broadcastTo(x.inputs[0], narrow), y.attributes.axes), count)
    },
    // Sums of sums over neighbouring axes are one sum …
    (y, x) => {
      if (x.op !== 'sum') return undefined
      const left = x.inputs[0].shape.map((_, axis) => axis).filter((axis) => !x.attributes.axes.includes(axis))
      const axes = [...x.attributes.axes, ...y.attributes.axes.map((axis) => left[axis]!)].sort((a, b) => a - b)
      return lastRun(axes).length === axes.length && sum(x.inputs[0], axes)
    },
    // … and one over axes apart is two, the trailing ones first: the runtime is faster so, and others may share the first.
    ({ attributes: { axes } }, x) => {
      const inner = lastRun(axes)
      const outer = axes.filter((axis) => !inner.includes(axis))
      return outer.length > 0 && sum(sum(x, inner), outer)
    },
  ],
  reduceMax: [(y, x) => sizeOf(y.shape) === sizeOf(x.shape) && sizeOf(x.shape) > 0 && reshape(x, y.shape)],
}
