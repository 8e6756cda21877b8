/** Values of rows in one array, as drawn tables have them, and the columns that they stand for. */
import { sizeOf } from '../../engine/graph/index.ts'
import { TweedieError } from '../../errors.ts'
import type { TableCells } from '../../files/data/formats/write-csv.ts'
import type { TableColumn } from '../../files/data/table.ts'
import type { ColumnPlan, TablePlan } from './plan.ts'

/**
 * The columns of values `[n, columns]`: numbers as they are, of categories their codes, NaN where one is missing.
 *
 * @throws TweedieError `shape` for no whole rows, `data` for a code that is none
 */
export function columnsOfArray(plan: TablePlan, values: Float32Array): readonly TableColumn[] {
  const width = plan.length
  const length = values.length / width
  if (!Number.isInteger(length) || length === 0) {
    throw new TweedieError('shape', `${values.length} values are no whole rows of ${sizeOf([width])}`)
  }
  return plan.map((column, c): TableColumn => {
    const { name } = column
    const at = (row: number): number => values[row * width + c]!
    const names = namesOf(column)
    if (names)
      return {
        kind: 'category',
        name,
        names,
        values: Int32Array.from({ length }, (_, row) => codeOf(at(row), name, names)),
      }
    return { kind: 'number', name, values: Float64Array.from({ length }, (_, row) => inDoubles(column, at(row))) }
  })
}

/** The inverse, of cells of text: a row after the other; columns that the plan does not have are left out. */
export function arrayOfCells(plan: TablePlan, { header, rows }: TableCells): Float32Array {
  const width = plan.length
  const out = new Float32Array(rows.length * width)
  plan.forEach((column, c) => {
    const at = header ? header.indexOf(column.name) : c
    const names = namesOf(column)
    rows.forEach((cells, row) => {
      const cell = cells[at]!
      const code = names ? names.indexOf(cell) : 0
      out[row * width + c] = names
        ? code < 0
          ? Number.NaN
          : code
        : cell === ''
          ? Number.NaN
          : Number(cell.replace(',', '.'))
    })
  })
  return out
}

/** The names of a column of categories; undefined for numbers. */
function namesOf(column: ColumnPlan): readonly string[] | undefined {
  if (column.kind === 'constant') return typeof column.value === 'string' ? [column.value] : undefined
  if (column.kind === 'number' || typeof column.values[0] === 'number') return undefined
  return column.values.map(String)
}

function codeOf(value: number, name: string, names: readonly string[]): number {
  if (Number.isNaN(value)) return -1
  if (Number.isInteger(value) && value >= 0 && value < names.length) return value
  throw new TweedieError('data', `${name}: ${value} is no code of a category: 0 … ${names.length - 1}`)
}

/** A number of single precision as the column has it in double precision. */
function inDoubles(column: ColumnPlan, value: number): number {
  if (Number.isNaN(value) || column.kind === 'constant') return value
  if (column.kind === 'number') return Number(value.toFixed(Math.min(column.decimals, 15)))
  const known = column.values.map(Number)
  return known.reduce((near, each) => (Math.abs(each - value) < Math.abs(near - value) ? each : near))
}
