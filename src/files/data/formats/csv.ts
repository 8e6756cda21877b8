/** Tables of numbers as points. A first row that holds anything but numbers is a header. */
import { TweedieError } from '../../../errors.ts'
import type { ArrayDataset } from '../dataset.ts'
import { pointsDataset } from '../points-dataset.ts'
import { parseTable, type TableRow } from './table.ts'

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** What stands for a value that is not known. */
const missing = /^\s*(?:nan|na|n\/a|null|none|[+-]?inf(?:inity)?|[-?.]?)\s*$/i
const missingHint = 'values that are missing or not finite have to be filled in, or their rows left out'
const decimalHint = 'numbers have a point, not a comma, before their decimals'
const classHint = 'a column of classes is named by `labelColumn`; with `tokens: columns` all columns are categories'

/** Whether a cell is a number. */
export function isNumber(cell: string): boolean {
  return number.test(cell)
}

/**
 * Reads a table as points, a row each.
 *
 * @param options `labels`: the column that holds the class (its name, or its number counted from 0, negative from the
 *   end), whose cells may be any text; absent, a column named `label` or `class` is taken, if there is one
 * @throws TweedieError `data` with the line, where rows differ in length or a cell is no finite number
 */
export function parseCsv(
  bytes: Uint8Array,
  options: { name?: string; labels?: string | number | undefined } = {},
): ArrayDataset {
  const { name = 'csv' } = options
  const table = parseTable(bytes, { name, title: true })
  if (table.rows.length === 0) throw new TweedieError('data', `${name}: no rows`)
  const [first] = table.rows as readonly [TableRow]
  const hasHeader = !first.cells.every(isNumber)
  const rows = hasHeader ? table.rows.slice(1) : table.rows
  if (rows.length === 0) throw new TweedieError('data', `${name}: a header and no rows`)
  const width = rows[0]!.cells.length
  const names = hasHeader && first.cells.length === width ? first.cells : undefined
  const labelColumn = findColumn(name, options.labels, width, names)
  const columns = labelColumn === undefined ? width : width - 1
  const data = new Float32Array(rows.length * columns)
  const classes: string[] = []
  let at = 0
  for (const { cells, line } of rows) {
    cells.forEach((cell, column) => {
      if (column === labelColumn) classes.push(cell)
      else if (number.test(cell)) data[at++] = Number(cell)
      else
        throw new TweedieError(
          'data',
          `${name}: line ${line}, column ${column + 1}: ${JSON.stringify(cell)} is no number`,
          { hint: missing.test(cell) ? missingHint : /^[+-]?\d+,\d+$/.test(cell) ? decimalHint : classHint },
        )
    })
  }
  if (columns === 0) throw new TweedieError('data', `${name}: no columns besides the labels`)
  const withRemarks = table.remarks.length > 0 ? { remarks: table.remarks } : {}
  if (labelColumn === undefined) return { ...pointsDataset({ name, data, columns }), ...withRemarks }
  const classNames = [...new Set(classes)].sort(classes.every((c) => number.test(c)) ? (a, b) => +a - +b : undefined)
  const codes = new Map(classNames.map((c, code) => [c, code]))
  const labels = Int32Array.from(classes, (c) => codes.get(c)!)
  return { ...pointsDataset({ name, data, columns, labels, classNames }), ...withRemarks }
}

function findColumn(name: string, wanted: string | number | undefined, width: number, names?: readonly string[]) {
  const lower = names?.map((n) => n.toLowerCase())
  if (wanted === undefined) {
    const found = lower?.findIndex((n) => n === 'label' || n === 'class') ?? -1
    return found < 0 ? undefined : found
  }
  const column = typeof wanted === 'number' ? (wanted < 0 ? width + wanted : wanted) : (names?.indexOf(wanted) ?? -1)
  if (Number.isInteger(column) && column >= 0 && column < width) return column
  throw new TweedieError('usage', `${name}: no column ${JSON.stringify(wanted)} for the labels`, {
    hint: names ? `columns: ${names.join(', ')}` : `columns: 0 … ${width - 1}`,
  })
}
