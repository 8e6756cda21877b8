/**
 * Tables of numbers as text: a row a line, separated by commas, semicolons, tabs or blanks. Lines that are empty or
 * begin with `#` are passed over. A first line that holds anything but numbers is a header.
 */
import { TweedieError } from '../../../errors.ts'
import type { ArrayDataset } from '../dataset.ts'
import { pointsDataset } from '../from-array.ts'

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

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
  const rows = splitRows(new TextDecoder().decode(bytes))
  if (rows.length === 0) throw new TweedieError('data', `${name}: no rows`)
  const header = rows[0]!.cells.every((cell) => number.test(cell)) ? undefined : rows.shift()!.cells
  if (rows.length === 0) throw new TweedieError('data', `${name}: a header and no rows`)
  const width = rows[0]!.cells.length
  const names = header?.length === width ? header : undefined
  const labelColumn = findColumn(name, options.labels, width, names)
  const columns = labelColumn === undefined ? width : width - 1
  const data = new Float32Array(rows.length * columns)
  const classes: string[] = []
  let at = 0
  for (const { cells, line } of rows) {
    if (cells.length !== width) {
      throw new TweedieError('data', `${name}: line ${line} has ${cells.length} cells, the first row has ${width}`)
    }
    cells.forEach((cell, column) => {
      if (column === labelColumn) classes.push(cell)
      else if (number.test(cell)) data[at++] = Number(cell)
      else
        throw new TweedieError(
          'data',
          `${name}: line ${line}, column ${column + 1}: ${JSON.stringify(cell)} is no number`,
        )
    })
  }
  if (columns === 0) throw new TweedieError('data', `${name}: no columns besides the labels`)
  if (labelColumn === undefined) return pointsDataset({ name, data, columns })
  const classNames = [...new Set(classes)].sort(classes.every((c) => number.test(c)) ? (a, b) => +a - +b : undefined)
  const codes = new Map(classNames.map((c, code) => [c, code]))
  const labels = Int32Array.from(classes, (c) => codes.get(c)!)
  return pointsDataset({ name, data, columns, labels, classNames })
}

function findColumn(name: string, wanted: string | number | undefined, width: number, names?: string[]) {
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

/** The cells of all rows that hold any, with the numbers of their lines. */
export function splitRows(text: string): { cells: string[]; line: number }[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const rows = lines.map((content, i) => ({ content: content.trim(), line: i + 1 }))
  const filled = rows.filter(({ content }) => content !== '' && !content.startsWith('#'))
  const sample = filled.slice(0, 2).map(({ content }) => content)
  const separator = [';', '\t', ','].find((s) => sample.some((content) => content.includes(s))) ?? /\s+/
  return filled.map(({ content, line }) => ({
    line,
    cells: content.split(separator).map((cell) => cell.trim().replace(/^"([^"]*)"$/, '$1')),
  }))
}
