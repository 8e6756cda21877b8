/**
 * Reference rules of the operators that move elements: each maps an index of the result to the element that it comes
 * from.
 */
import { TweedieError } from '../../../errors.ts'
import { dtypeOf } from '../dtype.ts'
import { sizeOf } from '../shape.ts'
import { indices, offsetOf, read, readBroadcast, storage, tabulate } from './value.ts'
import type { ReferenceRules, Value } from './value.ts'

type MovementOp =
  | 'reshape'
  | 'transpose'
  | 'broadcastTo'
  | 'slice'
  | 'pad'
  | 'reverse'
  | 'concat'
  | 'gather'
  | 'scatterAdd'
  | 'upsample'

export const movementRules: ReferenceRules<MovementOp> = {
  reshape: ({ shape }, x) => ({ shape, data: x.data }),

  transpose: ({ permutation }, x) =>
    tabulate(
      permutation.map((axis) => x.shape[axis]!),
      dtypeOf(x.data),
      (index) =>
        read(
          x,
          x.shape.map((_, axis) => index[permutation.indexOf(axis)]!),
        ),
    ),

  broadcastTo: ({ shape }, x) => tabulate(shape, dtypeOf(x.data), (index) => readBroadcast(x, index)),

  slice: ({ start, end, step }, x) =>
    tabulate(
      x.shape.map((_, axis) => Math.ceil((end[axis]! - start[axis]!) / step[axis]!)),
      dtypeOf(x.data),
      (index) =>
        read(
          x,
          index.map((at, axis) => start[axis]! + at * step[axis]!),
        ),
    ),

  pad: ({ before, after, interior, value }, x) => {
    const shape = x.shape.map(
      (dim, axis) => before[axis]! + dim + Math.max(0, dim - 1) * interior[axis]! + after[axis]!,
    )
    return tabulate(shape, dtypeOf(x.data), (index) => {
      const from = index.map((at, axis) => (at - before[axis]!) / (interior[axis]! + 1))
      return from.every((at, axis) => Number.isInteger(at) && at >= 0 && at < x.shape[axis]!) ? read(x, from) : value
    })
  },

  reverse: ({ axes }, x) =>
    tabulate(x.shape, dtypeOf(x.data), (index) =>
      read(
        x,
        index.map((at, axis) => (axes.includes(axis) ? x.shape[axis]! - 1 - at : at)),
      ),
    ),

  concat: ({ axis }, ...inputs) => {
    const total = inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0)
    return tabulate(inputs[0]!.shape.with(axis, total), dtypeOf(inputs[0]!.data), (index) => {
      let which = 0
      let at = index[axis]!
      while (at >= inputs[which]!.shape[axis]!) at -= inputs[which++]!.shape[axis]!
      return read(inputs[which]!, index.with(axis, at))
    })
  },

  gather: (_, rows, at) => {
    const rank = at.shape.length
    return tabulate([...at.shape, ...rows.shape.slice(1)], dtypeOf(rows.data), (index) =>
      read(rows, [rowAt('gather', at, index.slice(0, rank), rows.shape[0]!), ...index.slice(rank)]),
    )
  },

  scatterAdd: ({ rows }, updates, at) => {
    const rank = at.shape.length
    const shape = [rows, ...updates.shape.slice(rank)]
    const data = storage(dtypeOf(updates.data), sizeOf(shape))
    for (const index of indices(updates.shape)) {
      const to = [rowAt('scatterAdd', at, index.slice(0, rank), rows), ...index.slice(rank)]
      data[offsetOf(to, shape)]! += read(updates, index)
    }
    return { shape, data }
  },

  upsample: ({ factors }, x) => {
    const scale = [...x.shape.slice(factors.length).map(() => 1), ...factors]
    return tabulate(
      x.shape.map((dim, axis) => dim * scale[axis]!),
      dtypeOf(x.data),
      (index) =>
        read(
          x,
          index.map((at, axis) => Math.floor(at / scale[axis]!)),
        ),
    )
  },
}

function rowAt(op: string, at: Value, index: readonly number[], rows: number): number {
  const row = read(at, index)
  if (row < 0 || row >= rows) {
    throw new TweedieError('data', `${op}: index ${row} is outside a table of ${rows} rows`)
  }
  return row
}
