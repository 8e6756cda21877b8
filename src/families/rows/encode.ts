/** Tables as rows of numbers and categories, and back. */
import { emptyRows, given, type MixedProcess, type MixedRows, missing } from '../../diffusion/mixed/index.ts'
import { type Key, uniform } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { createTable, type TableColumn, type TableDataset } from '../../files/data/table.ts'
import { type CategoryPlan, type ColumnPlan, partsOf, type TablePlan } from './plan.ts'
import { intervalOf, normalIn, valueOf } from './quantiles.ts'

/** A table as the model has it. */
export interface EncodedTable {
  readonly length: number
  /** For each number of each row the interval of its distribution function, `[length, numbers, 2]`; NaN where it is missing. */
  readonly intervals: Float64Array
  /** `[length, categories]`; −1 where one is missing. */
  readonly categories: Int32Array
}

/**
 * Encodes a table by a plan; columns are found by their names, and others are passed over.
 *
 * @throws TweedieError `data` for a column that is not there or of another kind, or a category that the plan does not have
 */
export function encodeTable(plan: TablePlan, table: TableDataset): EncodedTable {
  const { numbers, categories } = partsOf(plan)
  const { length } = table
  const intervals = new Float64Array(2 * length * numbers.length)
  numbers.forEach((own, i) => {
    const { values } = columnNamed(table, own, 'number')
    for (let row = 0; row < length; row++) {
      const value = values[row]!
      const at = 2 * (row * numbers.length + i)
      intervals.set(Number.isNaN(value) ? [Number.NaN, Number.NaN] : intervalOf(own, value), at)
    }
  })
  const codes = new Int32Array(length * categories.length)
  categories.forEach((own, c) => {
    codesOf(table, own).forEach((code, row) => (codes[row * categories.length + c] = code))
  })
  return { length, intervals, categories: codes }
}

/**
 * Some rows of an encoded table, all present cells given; numbers with an interval are drawn from it.
 *
 * @param places decides where in an interval a number lies; without it, in the middle
 */
export function rowsOf(
  process: MixedProcess,
  { intervals, categories }: EncodedTable,
  indices: ArrayLike<number>,
  places?: Key,
): MixedRows {
  const rows = emptyRows(process, indices.length)
  const [n, c] = [process.numbers, process.columns.length]
  const draws = new Float64Array(indices.length * n)
  if (places) uniform(places, draws)
  else draws.fill(0.5)
  for (let row = 0; row < indices.length; row++) {
    const index = indices[row]!
    for (let i = 0; i < n; i++) {
      const [low, high] = [intervals[2 * (index * n + i)]!, intervals[2 * (index * n + i) + 1]!]
      rows.cells[row * (n + c) + i] = Number.isNaN(low) ? missing : given
      if (!Number.isNaN(low)) rows.numbers[row * n + i] = normalIn([low, high], draws[row * n + i]!)
    }
    for (let i = 0; i < c; i++) {
      const code = categories[index * c + i]!
      rows.cells[row * (n + c) + n + i] = code < 0 ? missing : given
      rows.categories[row * c + i] = Math.max(0, code)
    }
  }
  return rows
}

/** Rows as columns of a table: numbers as numbers, categories by their names. Cells that are missing stay so. */
export function decodeRows(plan: TablePlan, { numbers, categories, cells }: MixedRows): readonly TableColumn[] {
  const parts = partsOf(plan)
  const [n, c] = [parts.numbers.length, parts.categories.length]
  const length = cells.length / (n + c)
  const lacks = (row: number, cell: number): boolean => cells[row * (n + c) + cell] === missing
  return plan.map((column): TableColumn => {
    const { name } = column
    if (column.kind === 'constant') return constantColumn(column.value, name, length)
    if (column.kind === 'number') {
      const i = parts.numbers.indexOf(column)
      const values = Float64Array.from({ length }, (_, row) =>
        lacks(row, i) ? Number.NaN : valueOf(column, numbers[row * n + i]!),
      )
      return { kind: 'number', name, values }
    }
    const i = parts.categories.indexOf(column)
    const code = (row: number): number => (lacks(row, n + i) ? -1 : categories[row * c + i]!)
    if (column.values.every((value) => typeof value === 'string')) {
      return {
        kind: 'category',
        name,
        names: column.values,
        values: Int32Array.from({ length }, (_, row) => code(row)),
      }
    }
    const at = (row: number): number => (code(row) < 0 ? Number.NaN : Number(column.values[code(row)]))
    return { kind: 'number', name, values: Float64Array.from({ length }, (_, row) => at(row)) }
  })
}

/** Rows as a table. */
export function decodeTable(plan: TablePlan, rows: MixedRows, name: string): TableDataset {
  return createTable({ name, columns: decodeRows(plan, rows) })
}

function constantColumn(value: number | string | null, name: string, length: number): TableColumn {
  if (typeof value === 'string') return { kind: 'category', name, names: [value], values: new Int32Array(length) }
  return { kind: 'number', name, values: new Float64Array(length).fill(value ?? Number.NaN) }
}

function columnNamed<Kind extends TableColumn['kind']>(
  table: TableDataset,
  { name }: ColumnPlan,
  kind: Kind,
): Extract<TableColumn, { readonly kind: Kind }> {
  const found = table.columns.find((column) => column.name === name)
  if (found?.kind === kind) return found as Extract<TableColumn, { readonly kind: Kind }>
  throw new TweedieError(
    'data',
    found
      ? `${table.name}: ${name} is a column of ${found.kind === 'number' ? 'numbers' : 'categories'}, and was one of ${kind === 'number' ? 'numbers' : 'categories'} in training`
      : `${table.name}: there is no column ${name}, which the model was trained on`,
    { hint: `there are ${table.columns.map((column) => column.name).join(', ')}` },
  )
}

/** The codes of a column of categories, by the plan's names; −1 where one is missing. */
function codesOf(table: TableDataset, plan: CategoryPlan): Int32Array {
  const codes = new Map(plan.values.map((value, code) => [String(value), code]))
  const found = table.columns.find((column) => column.name === plan.name)
  const kind = plan.values.every((value) => typeof value === 'number') ? 'number' : 'category'
  const column = found && found.kind !== kind ? found : columnNamed(table, plan, kind)
  const texts = (row: number): string | undefined => {
    const value = column.values[row]!
    if (column.kind === 'number') return Number.isNaN(value) ? undefined : String(value)
    return value < 0 ? undefined : column.names[value]
  }
  return Int32Array.from({ length: table.length }, (_, row) => {
    const text = texts(row)
    if (text === undefined) return -1
    const code = codes.get(text) ?? codes.get(String(Number(text)))
    if (code !== undefined) return code
    throw new TweedieError(
      'data',
      `${table.name}: ${plan.name}, row ${row + 1}: ${JSON.stringify(text)} was not in the training data`,
      {
        hint: `it was one of ${plan.values.slice(0, 20).join(', ')}`,
      },
    )
  })
}
