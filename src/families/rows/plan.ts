/** How each column of a table is diffused: as a number, as a category, or not at all. Plain JSON, kept with the model. */
import { TweedieError } from '../../errors.ts'
import type { TableColumn, TableDataset } from '../../files/data/table.ts'
import { type Quantiles, quantilesOf } from './quantiles.ts'

/** A column of one value: rows have it, and nothing is learned. */
export interface ConstantPlan {
  readonly kind: 'constant'
  readonly name: string
  /** The value; a text for a column of categories, null where no row has one. */
  readonly value: number | string | null
}

/** A column of categories, or of a few different numbers. */
export interface CategoryPlan {
  readonly kind: 'category'
  readonly name: string
  /** The categories: texts, or the numbers of a column of numbers. */
  readonly values: readonly (string | number)[]
  /** The share of each among the rows that it was made from. */
  readonly shares: readonly number[]
}

/** A column of numbers. */
export interface NumberPlan extends Quantiles {
  readonly kind: 'number'
  readonly name: string
}

/** The plan of a column. */
export type ColumnPlan = ConstantPlan | CategoryPlan | NumberPlan

/** The plan of a table: its columns in order. */
export type TablePlan = readonly ColumnPlan[]

/** Columns of at most so many different numbers are diffused as categories, with so many rows for each. */
const [fewNumbers, rowsToNumber] = [8, 4]

/**
 * The plan of a table.
 *
 * @throws TweedieError `data` where no column has two different values
 */
export function planOf({ name, columns }: TableDataset): TablePlan {
  const plan = columns.map(planOfColumn)
  if (plan.some(({ kind }) => kind !== 'constant')) return plan
  throw new TweedieError('data', `${name}: every column has one value only: there is nothing to learn`)
}

function planOfColumn(column: TableColumn): ColumnPlan {
  const { name } = column
  if (column.kind === 'category') {
    const { names, values } = column
    const seen = new Set(values.filter((code) => code >= 0))
    if (seen.size === 0) return { kind: 'constant', name, value: null }
    if (names.length === 1) return { kind: 'constant', name, value: names[0]! }
    return { kind: 'category', name, values: names, shares: sharesOf(values, names.length) }
  }
  const present = column.values.filter((value) => !Number.isNaN(value))
  const different = [...new Set(present)].sort((a, b) => a - b)
  if (different.length < 2) return { kind: 'constant', name, value: different[0] ?? null }
  if (different.length > fewNumbers || present.length < rowsToNumber * different.length) {
    return { kind: 'number', name, ...quantilesOf(present) }
  }
  const codes = new Map(different.map((value, code) => [value, code]))
  const values = Int32Array.from(present, (value) => codes.get(value)!)
  return { kind: 'category', name, values: different, shares: sharesOf(values, different.length) }
}

function sharesOf(values: Int32Array, count: number): number[] {
  const shares = Array.from({ length: count }, () => 0)
  let present = 0
  for (const code of values) {
    if (code < 0) continue
    shares[code]!++
    present++
  }
  return shares.map((each) => each / present)
}

/** The columns that are diffused as numbers, and as categories. */
export function partsOf(plan: TablePlan) {
  return {
    numbers: plan.filter((column) => column.kind === 'number'),
    categories: plan.filter((column) => column.kind === 'category'),
  }
}
