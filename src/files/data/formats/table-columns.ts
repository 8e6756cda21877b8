/** The columns of a table with their names: what a header is. */
import { TweedieError } from '../../../errors.ts'
import { isNumber } from './csv.ts'
import { parseTable, type TableRow } from './table.ts'
import { isMissing } from './table-cells.ts'

/** A table as text: columns of cells, the first row's being the names if they are that. */
export interface NamedColumns {
  readonly names: readonly string[]
  /** The rows, without the header, with the numbers of their lines. */
  readonly rows: readonly TableRow[]
  /** Whether the names stand in the table. */
  readonly header: boolean
  readonly remarks: readonly string[]
}

/**
 * Reads a table and finds its names. The first row is a header if it holds no number and none of its cells occurs again in its column;
 * or if it has a text above a column of numbers. Without one, columns are called by their numbers, from 0.
 *
 * @param options `empty`: whether rows of empty cells are rows
 * @throws TweedieError `data` for no rows, rows of different lengths, two columns of the same name
 */
export function namedColumns(
  bytes: Uint8Array,
  name = 'table',
  { empty = false }: { readonly empty?: boolean } = {},
): NamedColumns {
  const { rows, remarks } = parseTable(bytes, { name, empty })
  const [first] = rows
  if (!first) throw new TweedieError('data', `${name}: no rows`)
  const header = isHeader(rows)
  const body = header ? rows.slice(1) : rows
  if (body.length === 0) throw new TweedieError('data', `${name}: a header and no rows`)
  const names = header
    ? first.cells.map((cell, i) => (cell === '' ? `column ${i}` : cell))
    : first.cells.map((_, i) => String(i))
  const twice = names.find((each, i) => names.indexOf(each) < i)
  if (twice !== undefined) throw new TweedieError('data', `${name}: there are two columns named ${twice}`)
  const said = header ? [] : [`no header: columns are called 0 … ${names.length - 1}`]
  return { names, rows: body, header, remarks: [...remarks, ...said] }
}

function isHeader([first, ...rest]: readonly TableRow[]): boolean {
  const again = first!.cells.some((cell, i) => cell !== '' && rest.some(({ cells }) => cells[i] === cell))
  if (again) return false
  if (!first!.cells.some(isNumber)) return true
  return first!.cells.some(
    (cell, i) =>
      !isNumber(cell) && !isMissing(cell) && rest.every(({ cells }) => isNumber(cells[i]!) || isMissing(cells[i]!)),
  )
}

/**
 * The number of a column by its name, or by its number from 0, negative from the end.
 *
 * @throws TweedieError `usage` that lists the names
 */
export function columnNumber(names: readonly string[], wanted: string, option: string, name: string): number {
  const named = names.indexOf(wanted)
  if (named >= 0) return named
  const counted = /^-?\d+$/.test(wanted) ? Number(wanted) : Number.NaN
  const column = counted < 0 ? names.length + counted : counted
  if (column >= 0 && column < names.length) return column
  const [alike, ...others] = names.filter((each) => each.toLowerCase() === wanted.toLowerCase())
  throw new TweedieError('usage', `${name}: \`${option}\`: there is no column ${wanted}`, {
    hint: alike !== undefined && others.length === 0 ? `did you mean ${alike}?` : `there are ${names.join(', ')}`,
  })
}
