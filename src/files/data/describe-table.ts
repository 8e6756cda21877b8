/** Statistics of the columns of a table, to check before training on it. */
import type { CategoryColumn, NumberColumn, TableColumn } from './table.ts'

/** What is in a column. */
export type ColumnSummary = NumberSummary | CategorySummary

/** A column of numbers. */
export interface NumberSummary {
  readonly kind: 'number'
  readonly name: string
  /** Rows without a value. */
  readonly missing: number
  /** Different values. */
  readonly different: number
  readonly mean: number
  /** The standard deviation of the values, n in the denominator. */
  readonly deviation: number
  readonly least: number
  /** The lower of the middle values where there are two. */
  readonly median: number
  readonly most: number
}

/** A column of categories. */
export interface CategorySummary {
  readonly kind: 'category'
  readonly name: string
  readonly missing: number
  /** How many categories there are. */
  readonly different: number
  /** The most frequent ones, with their shares of the rows that have a value. */
  readonly frequent: readonly { readonly name: string; readonly share: number }[]
}

/** Sums a column up. */
export function describeColumn(column: TableColumn, mostFrequent = 5): ColumnSummary {
  return column.kind === 'number' ? ofNumbers(column) : ofCategories(column, mostFrequent)
}

function ofNumbers({ name, values }: NumberColumn): NumberSummary {
  const known = values.filter((value) => !Number.isNaN(value)).sort()
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length
  return {
    kind: 'number',
    name,
    missing: values.length - known.length,
    different: new Set(known).size,
    mean,
    deviation: Math.sqrt(variance),
    least: known[0] ?? Number.NaN,
    median: known[(known.length - 1) >> 1] ?? Number.NaN,
    most: known.at(-1) ?? Number.NaN,
  }
}

function ofCategories({ name, names, values }: CategoryColumn, most: number): CategorySummary {
  const counts = new Float64Array(names.length)
  let missing = 0
  for (const value of values) {
    if (value < 0) missing++
    else counts[value]!++
  }
  const order = names.map((_, code) => code).sort((a, b) => counts[b]! - counts[a]!)
  const known = values.length - missing
  const frequent = order.slice(0, most).map((code) => ({ name: names[code]!, share: counts[code]! / known }))
  return { kind: 'category', name, missing, different: names.length, frequent }
}
