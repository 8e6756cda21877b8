/** Captions in tables beside pictures: `metadata.jsonl`, `metadata.csv`. */
import { TweedieError } from '../../../errors.ts'
import { type FileTree, within } from '../file-tree.ts'
import { classColumns, fileColumnOf, fileColumns, parquet, type TableCells, tableRows } from './table-rows.ts'

/** Columns that hold captions, the most usual first. */
const textColumns = ['text', 'caption', 'captions', 'texts', 'prompt', 'description', 'title', 'additional_feature']

/** Captions by the paths of pictures, and what else there is to say. */
export interface FoundCaptions {
  readonly of: (image: string) => readonly string[]
  readonly table?: string | undefined
  readonly from: string
  /** Captions whose picture is not there. */
  readonly lost: readonly string[]
}

/** Where they are looked for. */
export interface TablePlaces {
  /** Paths of all pictures of the folder, relative to it. */
  readonly all: readonly string[]
  /** Tables among its files, in the order in which they are looked at. */
  readonly tables: readonly string[]
  /** Columns of the table. */
  readonly columns?: readonly string[] | undefined
  /** The column of classes, which is no caption. */
  readonly labelColumn?: string | number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Captions of the tables that name pictures and have texts, each picture by its path from the folder of the table.
 *
 * @throws TweedieError `data` for a line that is broken, or a column that is not there
 */
export async function captionsInTables(
  tree: Pick<FileTree, 'read'>,
  folder: string,
  { all, tables, columns, labelColumn, signal }: TablePlaces,
): Promise<FoundCaptions | undefined> {
  const known = new Map<string, string[]>()
  const used: string[] = []
  const lost: string[] = []
  let chosen: readonly string[] = []
  const there = new Set(all)
  for (const table of tables) {
    if (parquet.test(table)) continue
    const rows = await tableRows(tree, within(folder, table), signal)
    const files = fileColumnOf(rows)
    if (files === undefined) continue
    const own = captionColumns(rows, files, columns, labelColumn)
    if (own.length === 0) continue
    chosen = own
    used.push(table)
    const before = table.slice(0, table.lastIndexOf('/') + 1)
    for (const row of rows) {
      const file = String(row[files] as string | number)
        .replaceAll('\\', '/')
        .replace(/^\.\//, '')
      const path = imageOf(`${before}${file}`, there) ?? imageOf(file, there)
      const texts = chosen.flatMap((column) => textsIn(row[column]))
      if (path === undefined) lost.push(file)
      else known.set(path, [...(known.get(path) ?? []), ...texts])
    }
  }
  if (used.length === 0) return undefined
  const place = used.length > 1 ? `${used[0]} and ${used.length - 1} more tables` : used[0]!
  return {
    of: (image) => known.get(image) ?? [],
    table: used[0],
    from: `${place}: ${chosen.join(', ')}`,
    lost,
  }
}

/** A picture by its path in a table, whose extension may be left out. */
function imageOf(path: string, there: ReadonlySet<string>): string | undefined {
  if (there.has(path)) return path
  return ['.png', '.jpg', '.jpeg', '.webp'].map((extension) => path + extension).find((each) => there.has(each))
}

/** The columns of captions: those that are asked for, else the first of the usual names, else the only one of texts. */
function captionColumns(
  rows: readonly TableCells[],
  files: string,
  asked: readonly string[] | undefined,
  labelColumn: string | number | undefined,
): readonly string[] {
  const header = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  if (asked) {
    const missing = asked.find((name) => !header.includes(name.toLowerCase()))
    if (missing === undefined) return asked.map((name) => name.toLowerCase())
    throw new TweedieError('data', `\`captionsFrom\`: there is no column ${JSON.stringify(missing)}`, {
      hint: `there are ${header.join(', ')}`,
    })
  }
  const usual = textColumns.find((name) => header.includes(name))
  if (usual !== undefined) return [usual]
  const classes = [...classColumns, String(labelColumn).toLowerCase()]
  const others = header.filter((name) => name !== files && !classes.includes(name) && !fileColumns.includes(name))
  const texts = others.filter((name) => rows.some((row) => textsIn(row[name]).some((text) => /\p{L}/u.test(text))))
  return texts.length === 1 ? texts : []
}

/** The captions in a cell: a list, lines, or one. */
function textsIn(cell: unknown): readonly string[] {
  if (Array.isArray(cell)) return cell.flatMap(textsIn)
  if (typeof cell === 'number') return [String(cell)]
  if (typeof cell !== 'string') return []
  const list = /^\s*\[\s*"/.test(cell) ? listIn(cell) : undefined
  return list ? textsIn(list) : linesOf(cell)
}

/** A list as JSON, in a cell of a `.csv`; a text may only look like one. */
function listIn(cell: string): readonly unknown[] | undefined {
  try {
    return JSON.parse(cell) as readonly unknown[]
  } catch {
    return undefined
  }
}

/** The lines of a text that are not empty. */
export function linesOf(text: string): readonly string[] {
  return text
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
