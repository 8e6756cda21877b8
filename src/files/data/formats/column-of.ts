/** A column of a table from its cells: numbers or categories, as decided or as they look. */
import { TweedieError } from '../../../errors.ts'
import type { CategoryColumn, TableColumn } from '../table.ts'
import type { TableRow } from './table.ts'
import { type CellNumbers, isMissing, numbersOf } from './table-cells.ts'

/** The most different texts of a column of categories, and the least rows for each of them. */
const [mostCategories, rowsPerCategory] = [256, 2]

/** Whole numbers 0 … K − 1 or 1 … K are codes of categories for so many at most, with so many rows for each. */
const [mostCodes, rowsPerCode] = [10, 4]

/** A column, and how it was decided what it is. */
export interface DecidedColumn {
  /** Left out: no column of either kind, and `why`. */
  readonly column?: TableColumn
  readonly why?: string
  /** Whether whole numbers were taken for codes of categories. */
  readonly codes?: boolean
  readonly commas?: boolean
}

/** The cells of a column. */
export interface RawColumn {
  readonly name: string
  readonly cells: readonly string[]
  readonly rows: readonly TableRow[]
  /** What it is called in errors: the table's name. */
  readonly table: string
}

/**
 * Decides by how cells look. Numbers are numbers, but for whole numbers that count from 0 or 1 without a gap to 10 at most, which are
 * codes of categories. A few different texts are categories; texts that hardly repeat are left out.
 *
 * @throws TweedieError `data` for a column of numbers with some text among them
 */
export function decideColumn(raw: RawColumn): DecidedColumn {
  const { name, cells } = raw
  const present = cells.filter((cell) => !isMissing(cell))
  if (present.length === 0) return { why: 'nothing in it' }
  const numbers = numbersOf(cells)
  const { values, strange, commas } = numbers
  if (strange.length === 0) {
    if (looksLikeCodes(values)) return { column: categoriesOf(name, cells), codes: true }
    return { column: { kind: 'number', name, values }, ...(commas && { commas }) }
  }
  const texts = new Set(present)
  const known = present.length - strange.length
  if (known > present.length / 2 && texts.size > 2 * mostCodes) throw amongNumbers(raw, numbers)
  if (texts.size > mostCategories || texts.size * rowsPerCategory > Math.max(present.length, 2 * mostCodes)) {
    return { why: `${texts.size} different texts in ${present.length} rows` }
  }
  return { column: categoriesOf(name, cells) }
}

/** The column as numbers. @throws TweedieError `data` for a cell that is none */
export function asNumbers(raw: RawColumn): DecidedColumn {
  const numbers = numbersOf(raw.cells)
  if (numbers.strange.length > 0) throw amongNumbers(raw, numbers)
  const { values, commas } = numbers
  return { column: { kind: 'number', name: raw.name, values }, ...(commas && { commas }) }
}

/** The column as categories, in rising or alphabetical order. */
export function categoriesOf(name: string, cells: readonly string[]): CategoryColumn {
  const { values, strange } = numbersOf(cells)
  const present = cells.flatMap((cell, row) => (isMissing(cell) ? [] : [{ cell, value: values[row]! }]))
  if (strange.length === 0) present.sort((a, b) => a.value - b.value)
  else present.sort((a, b) => (a.cell < b.cell ? -1 : Number(a.cell > b.cell)))
  const names = [...new Set(present.map(({ cell }) => cell))]
  const codes = new Map(names.map((each, code) => [each, code]))
  return { kind: 'category', name, names, values: Int32Array.from(cells, (cell) => codes.get(cell) ?? -1) }
}

function looksLikeCodes(values: Float64Array): boolean {
  const different = new Set<number>()
  let present = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    if (!Number.isInteger(value) || value < 0 || value > mostCodes) return false
    different.add(value)
    present++
  }
  const [low, high] = [Math.min(...different), Math.max(...different)]
  const count = different.size
  return low <= 1 && high - low + 1 === count && count >= 2 && count <= mostCodes && present >= rowsPerCode * count
}

function amongNumbers({ name, cells, rows, table }: RawColumn, { strange }: CellNumbers): TweedieError {
  const [row] = strange as [number]
  const cell = cells[row]!
  const more = strange.length > 1 ? `, nor are ${strange.length - 1} more` : ''
  return new TweedieError(
    'data',
    `${table}: line ${rows[row]!.line}: ${name}: ${JSON.stringify(cell)} is no number${more}`,
    {
      hint: /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(cell)
        ? 'a comma between thousands cannot be told from one before decimals: write numbers without it'
        : `\`categorical: ${name}\` reads the column as categories, \`leaveOut: ${name}\` leaves it out`,
    },
  )
}
