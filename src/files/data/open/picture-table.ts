/**
 * A table beside pictures: `metadata.csv`, `metadata.jsonl`, `labels.csv`, … If it names the pictures and has a column
 * of classes, these are the classes.
 */
import { TweedieError } from '../../../errors.ts'
import { type FileTree, within } from '../file-tree.ts'
import { classColumns, fileColumnOf, fileColumns, keysOf, parquet, type TableCells, tableRows } from './table-rows.ts'

/** The content of a table for pictures. */
export interface PictureTable {
  /** The class of each picture, if the table has one for all of them. */
  readonly classes: readonly string[] | undefined
  readonly remarks: readonly string[]
}

/**
 * Reads the tables that lie beside pictures.
 *
 * @param tables names of files in the folder
 * @param images paths of the pictures relative to it
 * @param column the column of classes, by name or number; by default one named `label` or similar @throws TweedieError
 * `data` if no table has the named column for all images
 */
export async function readPictureTables(
  tree: Pick<FileTree, 'read'>,
  folder: string,
  tables: readonly string[],
  images: readonly string[],
  column?: string | number,
): Promise<PictureTable> {
  const remarks: string[] = []
  for (const table of tables) {
    const rows = await tableRows(tree, within(folder, table)).catch(() => undefined)
    const classes =
      rows === undefined ? [] : classesOf(rows, images, column, table.slice(0, table.lastIndexOf('/') + 1))
    const named = classes.filter((each) => each !== undefined)
    if (named.length === images.length)
      return { classes: named, remarks: [...remarks, `${table} says the class of each image`] }
    const some = `it says the class of ${named.length} of ${images.length} images`
    remarks.push(
      `${table} passed over: ${rows === undefined ? unread(table) : named.length > 0 ? some : noColumns(column)}`,
    )
  }
  if (column === undefined) return { classes: undefined, remarks }
  throw new TweedieError(
    'data',
    `${folder}: no table says the class of each image in a column ${JSON.stringify(column)}`,
    {
      hint: remarks[0] ?? 'a table is called metadata.csv, metadata.jsonl or labels.csv and lies beside the images',
    },
  )
}

/** The class of every image; undefined for those that no row names. */
function classesOf(
  rows: readonly TableCells[],
  images: readonly string[],
  wanted: string | number | undefined,
  before: string,
): readonly (string | undefined)[] {
  const header = Object.keys(rows[0] ?? {})
  const called = typeof wanted === 'string' ? [wanted.toLowerCase()] : classColumns
  const column = typeof wanted === 'number' ? header[wanted] : called.find((name) => header.includes(name))
  const names = fileColumnOf(rows, column)
  if (column === undefined || names === undefined) return []
  const known = new Map<string, string | undefined>()
  for (const row of rows) {
    const file = textOf(row[names])
    for (const key of new Set([before + file, ...keysOf(file)])) {
      const own = textOf(row[column])
      // Files of one name in several folders: then only their paths tell them apart.
      known.set(key, known.has(key) && known.get(key) !== own ? undefined : own)
    }
  }
  return images.map((image) => keysOf(image).flatMap((key) => known.get(key) ?? [])[0])
}

/** A cell as text; empty where there is none. */
const textOf = (cell: unknown): string => (cell === undefined || cell === null ? '' : String(cell as string | number))

function noColumns(column: string | number = classColumns[0]!): string {
  return `it has no columns of file names (${fileColumns[0]}) and classes (${column}) for all images`
}

function unread(table: string): string {
  return parquet.test(table) ? 'parquet is not read, write it as .csv or .jsonl' : 'it cannot be read'
}
