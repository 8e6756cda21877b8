/** Tables with all their columns: numbers, categories, missing values, and a column to predict. */
import { TweedieError } from '../../../errors.ts'
import type { SkippedFile } from '../dataset.ts'
import type { TableSource } from '../source.ts'
import { createTable, type TableColumn, type TableDataset } from '../table.ts'
import { asNumbers, categoriesOf, decideColumn, type DecidedColumn, type RawColumn } from './column-of.ts'
import { isMissing } from './table-cells.ts'
import { columnNumber, namedColumns } from './table-columns.ts'

/**
 * Reads a table: rows of numbers and categories, some of which may be missing. What was decided about the columns is in `remarks`; rows
 * without a target are left out and stand in `skipped`.
 *
 * @param how `target`: the column to predict; `categories`, `numbers`: columns that are read as such; `leaveOut`: columns that are not
 *   read. Columns by name, or by number from 0, negative from the end
 * @throws TweedieError `data` with the line of a cell that does not fit, for a target that is constant or free text; `usage` for a column
 *   that is not there
 * @example
 * const houses = readTable(bytes, { name: 'house.csv' }, { target: 'price' })
 */
export function readTable(
  bytes: Uint8Array,
  { name = 'table' }: { readonly name?: string } = {},
  how: TableSource = {},
): TableDataset {
  const { names, rows, header, remarks } = namedColumns(bytes, name)
  const columnsOf = (option: string, wanted: readonly string[] = []): Set<number> =>
    new Set(wanted.map((each) => columnNumber(names, each, option, name)))
  const [categories, numbers, without] = [
    columnsOf('categorical', how.categories),
    columnsOf('numeric', how.numbers),
    columnsOf('leaveOut', how.leaveOut),
  ]
  const target = how.target === undefined ? undefined : columnNumber(names, how.target, 'target', name)
  refuseTwice(names, { categories, numbers, without, target }, name)
  const known = rows.filter(({ cells }) => target === undefined || !isMissing(cells[target]!))
  const skipped: SkippedFile[] = rows
    .filter(({ cells }) => target !== undefined && isMissing(cells[target]!))
    .map(({ line }) => ({ file: `line ${line}`, reason: `no ${names[target!]}` }))
  if (known.length === 0)
    throw new TweedieError('data', `${name}: \`target: ${names[target!]}\`: every row is without it`)
  const decided = names.map((each, column): DecidedColumn => {
    if (without.has(column)) return {}
    const raw: RawColumn = { name: each, cells: known.map(({ cells }) => cells[column]!), rows: known, table: name }
    if (categories.has(column)) return { column: categoriesOf(each, raw.cells) }
    if (numbers.has(column)) return asNumbers(raw)
    const whole = rows.map(({ cells }) => cells[column]!)
    return column !== target && header && isIndex(each, whole) ? { why: 'it numbers the rows' } : decideColumn(raw)
  })
  if (target !== undefined) checkTarget(decided[target]!, names[target]!, name)
  const columns = decided.flatMap(({ column }) => (column ? [column] : []))
  if (columns.length === (target === undefined ? 0 : 1)) {
    throw new TweedieError('data', `${name}: no columns${target === undefined ? '' : ' besides the target'}`)
  }
  return createTable({
    name,
    columns,
    ...(target !== undefined && { target: names[target]! }),
    ...(skipped.length > 0 && { skipped }),
    remarks: [...remarks, ...said(names, decided, target)],
  })
}

/** Whether a column only numbers the rows, by its name and its cells. */
function isIndex(name: string, cells: readonly string[]): boolean {
  if (!/^(?:column 0|unnamed: ?0|id|index|row|row_?id|no\.?)$/i.test(name) || cells.length < 3) return false
  const first = Number(cells[0])
  return (first === 0 || first === 1) && cells.every((cell, i) => cell === String(first + i))
}

function refuseTwice(
  names: readonly string[],
  {
    categories,
    numbers,
    without,
    target,
  }: Readonly<Record<'categories' | 'numbers' | 'without', Set<number>>> & { readonly target: number | undefined },
  name: string,
): void {
  const both = [...categories].find((column) => numbers.has(column))
  if (both !== undefined) {
    throw new TweedieError('usage', `${name}: ${names[both]} is named by \`categorical\` and by \`numeric\``)
  }
  const away = [...without].find((column) => column === target || categories.has(column) || numbers.has(column))
  if (away !== undefined)
    throw new TweedieError('usage', `${name}: \`leaveOut: ${names[away]}\`: another option needs it`)
}

function checkTarget({ column, why }: DecidedColumn, target: string, name: string): void {
  const what = `${name}: \`target: ${target}\``
  if (!column) {
    throw new TweedieError('data', `${what} has ${why}: that is text, and neither a number nor a class`, {
      hint: `\`categorical: ${target}\` predicts each different text as a class`,
    })
  }
  const different = new Set<number>(column.values).size
  if (different < 2) throw new TweedieError('data', `${what} is the same in every row: there is nothing to predict`)
}

/** What was decided, a sentence each. */
function said(names: readonly string[], decided: readonly DecidedColumn[], target: number | undefined): string[] {
  const out = decided.flatMap(({ why }, i) => (why === undefined ? [] : [`${names[i]} (${why})`]))
  const commas = decided.flatMap((each, i) => (each.commas ? [names[i]!] : []))
  const codes = decided.flatMap((each, i) => (each.codes && i !== target ? [names[i]!] : []))
  const aim = target === undefined ? undefined : decided[target]!
  return [
    ...(out.length > 0 ? [`left out: ${out.join(', ')}`] : []),
    ...(commas.length > 0 ? [`commas before decimals: ${commas.join(', ')}`] : []),
    ...(codes.length > 0
      ? [`whole numbers as categories: ${codes.join(', ')} (\`numeric\` reads them as numbers)`]
      : []),
    ...(aim?.column ? [aimText(aim.column, aim.codes === true)] : []),
  ]
}

function aimText(column: TableColumn, codes: boolean): string {
  const { name } = column
  if (column.kind === 'category') {
    const how = codes ? ` (\`numeric: ${name}\` predicts it as a number)` : ''
    return `target ${name}: one of ${column.names.length} classes${how}`
  }
  const different = new Set(column.values)
  const few = different.size <= 20 && [...different].every(Number.isInteger)
  return `target ${name}: a number${few ? ` of ${different.size} different values (\`categorical: ${name}\` predicts classes)` : ''}`
}
