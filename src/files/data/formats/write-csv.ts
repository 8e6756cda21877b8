/** Tables as text: CSV by RFC 4180, with quotes where a cell needs them. */

/** Cells of text, row by row, under their names. */
export interface TableCells {
  /** The names of the columns; left out for a table without a first row of names. */
  readonly header?: readonly string[] | undefined
  readonly rows: readonly (readonly string[])[]
}

/** How a table is written. */
export interface WriteCsvOptions {
  /** Between cells; default a comma. */
  readonly delimiter?: string | undefined
}

/**
 * A table as text, a line to each row. A cell has quotes around it if it holds the delimiter, a quote, a line break, or blanks at an
 * end; a quote in it is doubled.
 *
 * @example
 * writeCsv({ header: ['name', 'size'], rows: [['a, b', '1']] }) // 'name,size\n"a, b",1\n'
 */
export function writeCsv({ header, rows }: TableCells, { delimiter = ',' }: WriteCsvOptions = {}): string {
  const cell = (text: string): string =>
    text.includes(delimiter) || /["\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  // a line of one empty cell would be no row to a reader
  const line = (cells: readonly string[]): string =>
    cells.length === 1 && cells[0] === '' ? '""' : cells.map(cell).join(delimiter)
  return [...(header ? [header] : []), ...rows].map((cells) => `${line(cells)}\n`).join('')
}

/** The cells of a table as text: numbers as they are written shortest, categories by their names, nothing where one is missing. */
export function cellsOfTable(columns: readonly CellColumn[]): TableCells {
  const length = columns[0]?.values.length ?? 0
  return {
    header: columns.map(({ name }) => name),
    rows: Array.from({ length }, (_, row) => columns.map((column) => cellText(column, row))),
  }
}

/** A column: numbers, with NaN where one is missing; or codes of names, with −1. */
export type CellColumn =
  | { readonly kind: 'number'; readonly name: string; readonly values: Float64Array }
  | {
      readonly kind: 'category'
      readonly name: string
      readonly names: readonly string[]
      readonly values: Int32Array
    }

/** One cell as text. */
export function cellText(column: CellColumn, row: number): string {
  const value = column.values[row]!
  if (column.kind === 'category') return column.names[value] ?? ''
  return Number.isNaN(value) ? '' : String(value)
}
