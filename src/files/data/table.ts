/** Tables: rows of numbers and categories, some of which may be missing. */
import { TweedieError } from '../../errors.ts'
import type { SkippedFile } from './dataset.ts'
import type { PackedArray, PackedRecords, RecordSet } from './records.ts'

/** A column. */
export type TableColumn = NumberColumn | CategoryColumn

/** A column of numbers; NaN where one is missing. */
export interface NumberColumn {
  readonly kind: 'number'
  readonly name: string
  readonly values: Float64Array
}

/** A column of categories: numbers of `names`; −1 where one is missing. */
export interface CategoryColumn {
  readonly kind: 'category'
  readonly name: string
  /** What the categories are called, in the order of their numbers. */
  readonly names: readonly string[]
  readonly values: Int32Array
}

/** What a table is made of. */
export interface TableParts {
  readonly name: string
  readonly columns: readonly TableColumn[]
  /** The name of the column that is to be predicted from the others, if there is one. */
  readonly target?: string | undefined
  readonly skipped?: readonly SkippedFile[] | undefined
  readonly remarks?: readonly string[] | undefined
}

/** A table in memory; its items are rows. */
export interface TableDataset extends TableParts, RecordSet {
  readonly kind: 'table'
}

/**
 * Checks that the columns fit together. A target of categories gives the rows their classes.
 *
 * @throws TweedieError `data` for no rows, columns of different lengths or of the same name, categories without a name; `usage` for a
 *   target that is no column
 */
export function createTable(parts: TableParts): TableDataset {
  const { name, columns, target } = parts
  const length = columns[0]?.values.length ?? 0
  if (length === 0) throw new TweedieError('data', `${name}: the table is empty`)
  const seen = new Set<string>()
  for (const column of columns) {
    const { name: called, values } = column
    if (seen.has(called)) throw new TweedieError('data', `${name}: there are two columns named ${called}`)
    seen.add(called)
    if (values.length !== length) {
      throw new TweedieError('data', `${name}: ${called} has ${values.length} rows, and ${columns[0]!.name} ${length}`)
    }
    const limit = column.kind === 'category' ? column.names.length : Infinity
    const wrong = column.kind === 'category' ? column.values.findIndex((each) => each < -1 || each >= limit) : -1
    if (wrong >= 0) throw new TweedieError('data', `${name}: ${called}, row ${wrong}: there is no such category`)
  }
  const aim = target === undefined ? undefined : columns.find((column) => column.name === target)
  if (target !== undefined && !aim) {
    throw new TweedieError('usage', `${name}: \`target\`: there is no column ${target}`, {
      hint: `there are ${[...seen].join(', ')}`,
    })
  }
  const classes = aim?.kind === 'category' ? { labels: aim.values, classNames: aim.names } : {}
  const table: TableDataset = {
    ...parts,
    ...classes,
    kind: 'table',
    shape: [columns.length],
    length,
    select: (indices) => createTable({ ...parts, columns: columns.map((column) => rowsOf(column, indices)) }) as never,
    packed: () => packedTable(parts),
  }
  return Object.freeze(table)
}

/** The table that was packed. */
export function unpackTable({ facts, arrays }: PackedRecords): TableDataset {
  const { columns, ...rest } = facts as unknown as TableParts
  const whole = columns.map((column, i) => ({ ...column, values: arrays[`column/${i}`] }) as TableColumn)
  return createTable({ ...rest, columns: whole })
}

function packedTable({ columns, skipped: _, remarks: __, ...facts }: TableParts): PackedRecords {
  const arrays: Record<string, PackedArray> = {}
  columns.forEach(({ values }, i) => (arrays[`column/${i}`] = values))
  return { facts: { ...facts, columns: columns.map(({ values: _, ...column }) => column) }, arrays }
}

function rowsOf(column: TableColumn, indices: ArrayLike<number>): TableColumn {
  return column.kind === 'number'
    ? { ...column, values: Float64Array.from(indices, (index) => column.values[index]!) }
    : { ...column, values: Int32Array.from(indices, (index) => column.values[index]!) }
}
