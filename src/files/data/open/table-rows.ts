/** Tables beside pictures: `metadata.jsonl`, `metadata.csv`, …, as rows of named cells. */
import { TweedieError } from '../../../errors.ts'
import { type FileTree, lastPart } from '../file-tree.ts'
import { parseTable } from '../formats/table.ts'

/** Cells by the names of their columns, in small letters. Cells of a `.csv` are texts, those of a `.jsonl` what JSON has. */
export type TableCells = Readonly<Record<string, unknown>>

/** Tables that are not read. */
export const parquet = /\.parquet$/i

/** Columns that hold the names of pictures, the most usual first. */
export const fileColumns = ['file_name', 'filename', 'file', 'image', 'image_name', 'image_id', 'path', 'id', 'name']

/** Columns that hold classes. */
export const classColumns = ['label', 'class', 'category', 'target', 'class_name', 'label_name']

/**
 * The rows of a table.
 *
 * @throws TweedieError `data` that names the line
 */
export async function tableRows(
  tree: Pick<FileTree, 'read'>,
  path: string,
  signal?: AbortSignal,
): Promise<readonly TableCells[]> {
  if (parquet.test(path)) {
    throw new TweedieError('data', `${path}: parquet is not read`, { hint: 'write it as .csv or .jsonl' })
  }
  const bytes = await tree.read(path, undefined, signal)
  if (/\.jsonl$/i.test(path)) {
    const lines = new TextDecoder().decode(bytes).split('\n')
    return lines.flatMap((line, i) => (line.trim() === '' ? [] : [inLowerCase(parsed(line, `${path}: line ${i + 1}`))]))
  }
  const { rows } = parseTable(bytes, { name: lastPart(path) })
  const [header, ...rest] = rows
  return rest.map(({ cells }) => Object.fromEntries(cells.map((cell, i) => [header!.cells[i]!.toLowerCase(), cell])))
}

function parsed(line: string, where: string): object {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch (cause) {
    throw new TweedieError('data', `${where}: no JSON: ${(cause as Error).message}`, { cause })
  }
  throw new TweedieError('data', `${where}: expected an object, such as {"file_name": "1.png", "text": "a red circle"}`)
}

const inLowerCase = (row: object): TableCells =>
  Object.fromEntries(Object.entries(row).map(([key, value]) => [key.toLowerCase(), value]))

/** The column of file names of some rows, unless it is the one that is asked for. */
export function fileColumnOf(rows: readonly TableCells[], except?: string): string | undefined {
  const header = Object.keys(rows[0] ?? {})
  return fileColumns.find((name) => name !== except && header.includes(name))
}

/** A file by its path, its name, and its name without the extension. */
export function keysOf(path: string): string[] {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return [...new Set([path, name, name.replace(/\.[^.]+$/, '')])]
}
