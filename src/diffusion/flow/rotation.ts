/** Rotations of so many dimensions, the same for the same number. */
import { fold, key, normal } from '../../engine/random/index.ts'

/** A rotation in single precision, and log |det| of the rounded numbers, which is not quite 0. */
export interface Rotation {
  /** `[size, size]`, row by row. */
  readonly matrix: Float32Array
  readonly logDet: number
}

/** Normal numbers made orthogonal, row by row (Gram–Schmidt, twice), so that every rotation is as likely (Stewart, 1980). */
export function rotation(size: number, turn: number): Rotation {
  const values = normal(fold(key(0), 'rotation', size, turn), new Float64Array(size * size))
  const rows = Array.from({ length: size }, (_, i) => values.slice(i * size, (i + 1) * size))
  rows.forEach((row, i) => {
    for (let pass = 0; pass < 2; pass++) for (const other of rows.slice(0, i)) subtract(row, dot(row, other), other)
    const length = Math.sqrt(dot(row, row))
    row.forEach((value, j) => (row[j] = value / length))
  })
  const matrix = Float32Array.from(rows.flatMap((row) => [...row]))
  return { matrix, logDet: logDeterminant(matrix, size) }
}

/** log |det A| of a matrix `[size, size]`, by elimination with pivots, in double precision. */
export function logDeterminant(matrix: ArrayLike<number>, size: number): number {
  const a = Array.from({ length: size }, (_, i) =>
    Float64Array.from({ length: size }, (__, j) => matrix[i * size + j]!),
  )
  let sum = 0
  for (let k = 0; k < size; k++) {
    let best = k
    for (let i = k + 1; i < size; i++) if (Math.abs(a[i]![k]!) > Math.abs(a[best]![k]!)) best = i
    const pivot = a[best]!
    a[best] = a[k]!
    a[k] = pivot
    sum += Math.log(Math.abs(pivot[k]!))
    for (let i = k + 1; i < size; i++) subtract(a[i]!, a[i]![k]! / pivot[k]!, pivot)
  }
  return sum
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}

function subtract(from: Float64Array, factor: number, row: Float64Array): void {
  for (let i = 0; i < from.length; i++) from[i]! -= factor * row[i]!
}
