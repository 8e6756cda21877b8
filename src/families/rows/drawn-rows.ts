/** Drawn rows: as cells of text, as a table in a terminal, as an array. */
import { decodeRows } from './encode.ts'
import type { MixedRows } from '../../diffusion/mixed/index.ts'
import { cellsOfTable, cellText, type TableCells } from '../../files/data/formats/write-csv.ts'
import type { TableColumn } from '../../files/data/table.ts'
import { cellsText } from '../../files/show/cells-text.ts'
import type { Drawn, View } from '../family.ts'
import type { TablePlan } from './plan.ts'

/** The view of a table. */
export function cellsView(cells: TableCells): View {
  return { table: () => cells, texts: () => [cellsText(cells)] }
}

/** Rows that were drawn. */
export function drawnRows(plan: TablePlan, rows: MixedRows, facts: Pick<Drawn, 'how' | 'howText' | 'classes'>): Drawn {
  const columns = decodeRows(plan, rows)
  const count = columns[0]!.values.length
  const shape = [count, columns.length]
  return {
    ...facts,
    ...cellsView(cellsOfTable(columns)),
    count,
    shape,
    array: () => ({ shape, data: arrayOf(columns) }),
    part: (first, some) => cellsView(cellsOfTable(columns.map((column) => partOf(column, first, some)))),
  }
}

/** Numbers as they are and categories as their codes, NaN where one is missing, row after row. */
export function arrayOf(columns: readonly TableColumn[]): Float32Array {
  const width = columns.length
  const out = new Float32Array(width * columns[0]!.values.length)
  columns.forEach(({ kind, values }, c) => {
    values.forEach((value, row) => (out[row * width + c] = kind === 'category' && value < 0 ? Number.NaN : value))
  })
  return out
}

/** The class of each row. */
export function classesIn(plan: TablePlan, rows: MixedRows, target: string | undefined): readonly string[] | undefined {
  if (target === undefined) return undefined
  const column = decodeRows(plan, rows).find(({ name }) => name === target)
  return column && Array.from(column.values, (_, row) => cellText(column, row))
}

function partOf(column: TableColumn, first: number, count: number): TableColumn {
  return { ...column, values: column.values.subarray(first, first + count) } as TableColumn
}
