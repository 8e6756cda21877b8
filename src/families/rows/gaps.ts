/** Tables with gaps: what is known of each cell, and the same table with its gaps filled. */
import { emptyRows, free, given, type MixedRows, missing } from '../../diffusion/mixed/index.ts'
import { TweedieError } from '../../errors.ts'
import { isMissing, numbersOf } from '../../files/data/formats/table-cells.ts'
import { type NamedColumns, namedColumns } from '../../files/data/formats/table-columns.ts'
import { cellText, type TableCells } from '../../files/data/formats/write-csv.ts'
import { decodeRows } from './encode.ts'
import type { RowsModel } from './model.ts'
import { type CategoryPlan, type ColumnPlan, type NumberPlan, partsOf } from './plan.ts'
import { intervalOf, normalIn } from './quantiles.ts'

/** A table that was read to be filled. */
export interface TableWithGaps {
  /** The rows that have gaps, by their numbers in the table. */
  readonly rows: readonly number[]
  /** Their cells: known ones given, gaps free. */
  readonly known: MixedRows
  /** How many cells are gaps. */
  readonly gaps: number
  /** Sentences for people. */
  readonly remarks: readonly string[]
  /** The whole table as it was, with the gaps of drawn rows in their places. */
  filled(drawn: MixedRows): TableCells
}

/** What is done with a category that the model does not know. */
export type UnknownCategories = 'refuse' | 'keep'

/**
 * Reads a table that a model is to fill. Cells that are there are never changed.
 *
 * @throws TweedieError `data` for a column that is missing, a cell that is no number, or an unknown category, with the line
 */
export function readGaps(
  model: RowsModel,
  bytes: Uint8Array,
  name: string,
  unknown: UnknownCategories = 'refuse',
): TableWithGaps {
  const { plan, process } = model
  const table = namedColumns(bytes, name, { empty: true })
  const { numbers, categories } = partsOf(plan)
  const count = table.rows.length
  const whole = emptyRows(process, count)
  const width = numbers.length + categories.length
  const remarks = [...table.remarks]
  const isGap = plan.map((column) => gapsOf(table, column, name))
  numbers.forEach((column, i) => {
    const { values, outside } = numbersIn(table, column, name)
    values.forEach((value, row) => {
      if (Number.isNaN(value)) return
      whole.numbers[row * numbers.length + i] = normalIn(intervalOf(column, value), 0.5)
      whole.cells[row * width + i] = given
    })
    if (outside > 0) remarks.push(`${column.name}: ${outside} beyond what training saw, taken as its ends`)
  })
  categories.forEach((column, c) => {
    const { codes, strangers } = codesIn(table, column, name, unknown)
    codes.forEach((code, row) => {
      const cell = row * width + numbers.length + c
      if (code >= 0) whole.categories[row * categories.length + c] = code
      whole.cells[cell] = code >= 0 ? given : code === unknownCode ? missing : free
    })
    if (strangers > 0) remarks.push(`${column.name}: ${strangers} categories that training did not see, kept`)
  })
  const more = table.names.filter((each) => !plan.some((column) => column.name === each))
  if (more.length > 0) remarks.push(`columns that the model does not know, kept as they are: ${more.join(', ')}`)
  const rows = table.rows.flatMap((_, row) => (isGap.some((gap) => gap[row]) ? [row] : []))
  return {
    rows,
    known: rowsAt(whole, rows, numbers.length, categories.length),
    gaps: isGap.reduce((sum, gap) => sum + gap.filter(Boolean).length, 0),
    remarks,
    filled: (drawn) => filledTable(model, table, isGap, rows, drawn),
  }
}

/** A code for what is known to the table and not to the model. */
const unknownCode = -2

function filledTable(
  { plan }: RowsModel,
  table: NamedColumns,
  isGap: readonly (readonly boolean[])[],
  rows: readonly number[],
  drawn: MixedRows,
): TableCells {
  const columns = decodeRows(plan, drawn)
  const cells = table.rows.map((row) => [...row.cells])
  plan.forEach((column, p) => {
    const at = table.names.indexOf(column.name)
    const commas = numbersOf(table.rows.map((row) => row.cells[at]!)).commas
    rows.forEach((row, i) => {
      if (!isGap[p]![row]) return
      const text = cellText(columns[p]!, i)
      cells[row]![at] = commas && columns[p]!.kind === 'number' ? text.replace('.', ',') : text
    })
  })
  return { ...(table.header && { header: table.names }), rows: cells }
}

/** Which rows have a gap in a column. */
function gapsOf(table: NamedColumns, column: ColumnPlan, name: string): readonly boolean[] {
  const cells = cellsOfColumn(table, column, name)
  const isNumber = column.kind === 'number' || (column.kind === 'category' && typeof column.values[0] === 'number')
  return cells.map((cell) => isMissing(cell) || (isNumber && /^[-.]$/.test(cell)))
}

function cellsOfColumn({ names, rows }: NamedColumns, column: ColumnPlan, name: string): readonly string[] {
  const at = names.indexOf(column.name)
  if (at >= 0) return rows.map(({ cells }) => cells[at]!)
  throw new TweedieError('data', `${name}: there is no column ${column.name}, which the model was trained on`, {
    hint: `there are ${names.join(', ')}; an empty column of that name is filled`,
  })
}

function numbersIn(table: NamedColumns, column: NumberPlan, name: string) {
  const cells = cellsOfColumn(table, column, name)
  const { values, strange } = numbersOf(cells)
  if (strange.length > 0) {
    const [row] = strange as [number]
    throw new TweedieError(
      'data',
      `${name}: line ${table.rows[row]!.line}: ${column.name}: ${JSON.stringify(cells[row])} is no number`,
    )
  }
  const [least, most] = [column.values[0]!, column.values.at(-1)!]
  return { values, outside: values.filter((value) => value < least || value > most).length }
}

function codesIn(table: NamedColumns, column: CategoryPlan, name: string, unknown: UnknownCategories) {
  const codes = new Map(column.values.map((value, code) => [String(value), code]))
  const isNumber = typeof column.values[0] === 'number'
  const gaps = gapsOf(table, column, name)
  let strangers = 0
  const found = cellsOfColumn(table, column, name).map((cell, row) => {
    if (gaps[row]) return -1
    const code = codes.get(isNumber ? String(Number(cell.replace(',', '.'))) : cell)
    if (code !== undefined) return code
    if (unknown === 'refuse') {
      throw new TweedieError(
        'data',
        `${name}: line ${table.rows[row]!.line}: ${column.name}: ${JSON.stringify(cell)} was not in the training data`,
        {
          hint: `it was one of ${column.values.slice(0, 20).join(', ')}; \`unknown: keep\` takes others as missing, and keeps them`,
        },
      )
    }
    strangers++
    return unknownCode
  })
  return { codes: found, strangers }
}

function rowsAt(rows: MixedRows, indices: readonly number[], n: number, c: number): MixedRows {
  const pick = <T extends MixedRows[keyof MixedRows]>(array: T, size: number, out: T): T => {
    indices.forEach((index, i) => out.set(array.subarray(index * size, (index + 1) * size), i * size))
    return out
  }
  return {
    numbers: pick(rows.numbers, n, new Float64Array(indices.length * n)),
    categories: pick(rows.categories, c, new Int32Array(indices.length * c)),
    cells: pick(rows.cells, n + c, new Uint8Array(indices.length * (n + c))),
  }
}
