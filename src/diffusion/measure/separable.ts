/**
 * Operators that work along rows and along columns, plane by plane: Y = L X Rᵀ with two small matrices. Blurs, changes of
 * resolution and Fourier transforms are of this kind, and their singular values are the products of those of L and R.
 */
import { type LinearOperator, linearOperator } from './operator.ts'
import { type Planes, planesOf, shapeOf } from './planes.ts'
import { denseSvd, type Svd } from './svd.ts'

/** A small matrix, row-major. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float64Array
}

/** A matrix by its elements. */
export function matrix(rows: number, columns: number, element: (row: number, column: number) => number): Matrix {
  return {
    rows,
    columns,
    data: Float64Array.from({ length: rows * columns }, (_, i) => element(Math.floor(i / columns), i % columns)),
  }
}

/** Mᵀ. */
export function transposed({ rows, columns, data }: Matrix): Matrix {
  return matrix(columns, rows, (i, j) => data[j * columns + i]!)
}

/**
 * The operator of the two matrices.
 *
 * @param matrices `down` is L, from heights to heights (for signals it is not used); `across` is R, from widths to widths
 */
export function separableOperator(
  name: string,
  from: readonly number[],
  { down, across }: { readonly down: Matrix; readonly across: Matrix },
): LinearOperator {
  const planes = planesOf(from)
  const [back, left] = [transposed(down), transposed(across)]
  return linearOperator({
    name,
    from,
    to: shapeOf({ ...planes, height: down.rows, width: across.rows }, from),
    forward: (x) => bothSides(down, x, across, planes.channels),
    adjoint: (v) => bothSides(back, v, left, planes.channels),
    svd: () => svdOf(down, across, planes),
  })
}

/** L X Rᵀ of each plane. */
export function bothSides(down: Matrix, x: ArrayLike<number>, across: Matrix, channels: number): Float64Array {
  const out = new Float64Array(channels * down.rows * across.rows)
  const half = new Float64Array(down.columns * across.rows)
  for (let channel = 0; channel < channels; channel++) {
    const from = channel * down.columns * across.columns
    for (let i = 0; i < down.columns; i++) {
      for (let j = 0; j < across.rows; j++) {
        let sum = 0
        for (let k = 0; k < across.columns; k++) {
          sum += across.data[j * across.columns + k]! * x[from + i * across.columns + k]!
        }
        half[i * across.rows + j] = sum
      }
    }
    const to = channel * down.rows * across.rows
    for (let i = 0; i < down.rows; i++) {
      for (let k = 0; k < down.columns; k++) {
        const weight = down.data[i * down.columns + k]!
        if (weight === 0) continue
        for (let j = 0; j < across.rows; j++) out[to + i * across.rows + j]! += weight * half[k * across.rows + j]!
      }
    }
  }
  return out
}

function svdOf(down: Matrix, across: Matrix, { channels }: Planes): Svd {
  const [vertical, horizontal] = [down, across].map(({ rows, columns, data }) => {
    const { values, left, right } = denseSvd(data, rows, columns)
    const count = values.length
    return { values, left: { rows: count, columns: rows, data: left }, right: { rows: count, columns, data: right } }
  }) as [Side, Side]
  const plane = Array.from(vertical.values).flatMap((a) => Array.from(horizontal.values, (b) => a * b))
  const values = Float64Array.from({ length: channels * plane.length }, (_, i) => plane[i % plane.length]!)
  const [upwards, backwards] = [transposed(vertical.right), transposed(horizontal.right)]
  return {
    values,
    coordinates: (x) => bothSides(vertical.right, x, horizontal.right, channels),
    compose: (c) => bothSides(upwards, c, backwards, channels),
    measured: (y) => bothSides(vertical.left, y, horizontal.left, channels),
  }
}

interface Side {
  readonly values: Float64Array
  readonly left: Matrix
  readonly right: Matrix
}
