/** Rows of a table as vectors: numbers in units of their spread, categories as unit vectors. */

/** A column, as tables have it: numbers, NaN where one is missing; or codes of categories, −1 where one is missing. */
export type MeasuredColumn =
  | { readonly kind: 'number'; readonly name: string; readonly values: ArrayLike<number> }
  | {
      readonly kind: 'category'
      readonly name: string
      readonly names: readonly string[]
      readonly values: ArrayLike<number>
    }

/** Rows of features, one after the other. */
export interface RowFeatures {
  readonly width: number
  readonly values: Float64Array
}

/** Mean and standard deviation of the numbers that are there; a spread of 0 counts as 1. */
export function spreadOf(values: ArrayLike<number>): { readonly mean: number; readonly deviation: number } {
  const present = Array.from(values).filter((value) => !Number.isNaN(value))
  const mean = present.reduce((sum, value) => sum + value, 0) / Math.max(1, present.length)
  const square = present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, present.length)
  return { mean, deviation: Math.sqrt(square) || 1 }
}

/**
 * From columns to features, by the spread and the categories of `reference`: of a number z (and z² with `squares`), of a category
 * a unit vector. What is missing is zero.
 */
export function featuresOf(
  columns: readonly MeasuredColumn[],
  reference: readonly MeasuredColumn[],
  { squares = false }: { readonly squares?: boolean } = {},
): RowFeatures {
  const parts = columns.map((column, c) => {
    const own = reference[c]!
    if (column.kind === 'number') {
      const { mean, deviation } = spreadOf(own.values)
      const z = (row: number): number => {
        const value = (column.values[row]! - mean) / deviation
        return Number.isNaN(value) ? 0 : value
      }
      return { width: squares ? 2 : 1, at: (row: number, i: number) => (i === 0 ? z(row) : z(row) ** 2) }
    }
    const names = own.kind === 'category' ? own.names : column.names
    const codes = column.names.map((name) => names.indexOf(name))
    return {
      width: names.length,
      at: (row: number, i: number) => Number(codes[column.values[row]!] === i),
    }
  })
  const width = parts.reduce((sum, part) => sum + part.width, 0)
  const length = columns[0]?.values.length ?? 0
  const values = new Float64Array(length * width)
  for (let row = 0; row < length; row++) {
    let at = row * width
    for (const part of parts) for (let i = 0; i < part.width; i++) values[at++] = part.at(row, i)
  }
  return { width, values }
}
