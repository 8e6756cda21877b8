/** Low-rank changes as arrays: added to the weights that they change, so that nothing of them is left to compute. */
import { TweedieError } from '../../errors.ts'
import { sizeOf } from '../graph/index.ts'
import type { Shape } from '../graph/index.ts'
import type { NamedArray } from './layout.ts'

/** The change s B A of one weight. */
export interface LowRankArrays {
  /** A: `[rank, in, …K]`. */
  readonly down: NamedArray
  /** B: `[out, rank, …]`; further axes are 1. */
  readonly up: NamedArray
  readonly scale: number
}

/** Whether a change is one of a weight of this shape: `[out, in, …K]`, where axes of size 1 may be left out. */
export function fitsWeight({ down, up }: Pick<LowRankArrays, 'down' | 'up'>, shape: Shape): boolean {
  const [out, rank, ...rest] = up.shape
  return (
    shape.length >= 2 &&
    rank === down.shape[0] &&
    rank! > 0 &&
    out === shape[0] &&
    rest.every((size) => size === 1) &&
    trimmed(down.shape.slice(1)) === trimmed(shape.slice(1))
  )
}

/**
 * W + Σ s B A as a new array. The sum is made in double precision and rounded once, so the order of changes does not matter, and one
 * that is added and taken away leaves the weight as it was.
 *
 * @param weight W, `[out, in, …K]`
 * @throws TweedieError `shape` for a change of another weight
 */
export function changedWeight(weight: NamedArray, changes: readonly LowRankArrays[]): Float32Array {
  const { shape, data } = weight
  const [rows, columns] = [shape[0]!, sizeOf(shape.slice(1))]
  const wrong = changes.find((change) => !fitsWeight(change, shape))
  if (wrong) {
    const [a, b] = [wrong.up, wrong.down].map((each) => `[${each.shape.join(', ')}]`)
    throw new TweedieError('shape', `a change ${a} times ${b} is none of a weight [${shape.join(', ')}]`)
  }
  const made = new Float32Array(data.length)
  const row = new Float64Array(columns)
  for (let i = 0; i < rows; i++) {
    row.fill(0)
    for (const change of changes) addRow(row, change, i)
    for (let j = 0; j < columns; j++) made[i * columns + j] = data[i * columns + j]! + row[j]!
  }
  return made
}

function addRow(row: Float64Array, { down, up, scale }: LowRankArrays, i: number): void {
  const [rank, a] = [down.shape[0]!, down.data]
  for (let k = 0; k < rank; k++) {
    const factor = scale * up.data[i * rank + k]!
    if (factor === 0) continue
    const from = k * row.length
    for (let j = 0; j < row.length; j++) row[j]! += factor * a[from + j]!
  }
}

/** Without the sizes of 1 at the end: a layer over the last axis and a convolution of 1 × 1 have the same weight. */
function trimmed(shape: Shape): string {
  return [...shape].join().replace(/(,1)+$/, '')
}
