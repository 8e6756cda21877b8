/** Tables as categories: every column has values of its own, and a row is an item. */
import { TweedieError } from '../../../errors.ts'
import { type CategoricalDataset, createCategorical } from '../categorical.ts'
import { isNumber } from './csv.ts'
import { parseTable } from './table.ts'

/** The most different values that a column of texts may have. */
const mostValues = 256

/**
 * Reads a table. The categories of a column are its different cells, in alphabetical or rising order; a column of more than
 * `bins` different numbers is cut at its quantiles into `bins` stretches of about as many rows each. All columns share
 * 0 … K − 1 with K that of the largest: other columns do not use the last categories.
 *
 * @throws TweedieError `data` for rows that differ in length, or a column of more texts than could be categories
 */
export function parseCategoricalCsv(
  bytes: Uint8Array,
  { name = 'csv', bins = 8 }: { readonly name?: string; readonly bins?: number } = {},
): CategoricalDataset {
  if (!Number.isInteger(bins) || bins < 2) throw new TweedieError('usage', `${bins} bins: must be at least 2`)
  const table = parseTable(bytes, { name })
  const header = hasHeader(table.rows.map(({ cells }) => cells)) ? table.rows[0]!.cells : undefined
  const rows = header ? table.rows.slice(1) : table.rows
  if (rows.length === 0) throw new TweedieError('data', `${name}: no rows`)
  const width = rows[0]!.cells.length
  const columns = Array.from({ length: width }, (_, column) => {
    const title = header?.[column] ?? String(column)
    return codeColumn(
      title,
      rows.map(({ cells }) => cells[column]!),
      bins,
      name,
    )
  })
  const data = new Int32Array(rows.length * width)
  columns.forEach(({ codes }, column) => codes.forEach((code, row) => (data[row * width + column] = code)))
  return createCategorical({
    name,
    shape: [width],
    categories: Math.max(2, ...columns.map(({ values }) => values.length)),
    data,
    vocabulary: { kind: 'table', columns: columns.map(({ title, values }) => ({ name: title, values })) },
    ...(table.remarks.length > 0 && { remarks: table.remarks }),
  })
}

/** A first row without numbers above columns of numbers, or of cells that occur nowhere below. */
function hasHeader([first, ...rest]: readonly (readonly string[])[]): boolean {
  if (!first || rest.length === 0 || first.some(isNumber)) return false
  return first.every((cell, column) => !rest.some((row) => row[column] === cell))
}

interface Column {
  readonly title: string
  readonly values: readonly string[]
  readonly codes: readonly number[]
}

function codeColumn(title: string, cells: readonly string[], bins: number, name: string): Column {
  const distinct = [...new Set(cells)]
  const numeric = distinct.every(isNumber)
  if (numeric && distinct.length > bins) return binned(title, cells.map(Number), bins)
  if (distinct.length > mostValues) {
    throw new TweedieError('data', `${name}: column ${title} has ${distinct.length} different texts`, {
      hint: `at most ${mostValues} can be categories: leave the column out`,
    })
  }
  const values = numeric ? distinct.sort((a, b) => Number(a) - Number(b)) : distinct.sort()
  const places = new Map(values.map((value, code) => [value, code]))
  return { title, values, codes: cells.map((cell) => places.get(cell)!) }
}

/** Numbers by their quantiles. */
function binned(title: string, numbers: readonly number[], bins: number): Column {
  const sorted = Float64Array.from(numbers).sort()
  const edges = [
    ...new Set(Array.from({ length: bins - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / bins)]!)),
  ].filter((edge) => edge > sorted[0]!)
  const codes = numbers.map((x) => edges.filter((edge) => edge <= x).length)
  const names = [sorted[0]!, ...edges].map((low, i) => `${low}…${edges[i] ?? sorted.at(-1)!}`)
  return { title, values: names, codes }
}
