/** A table beside pictures: `metadata.csv`, `metadata.jsonl`, `labels.csv`, … If it names the pictures and has a column of classes, it says which is which. */
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parseTable } from '../formats/table.ts'

const fileColumns = ['file_name', 'filename', 'file', 'image', 'image_name', 'image_id', 'path', 'id', 'name']
const classColumns = ['label', 'class', 'category', 'target', 'class_name', 'label_name']

/** What a table says of pictures. */
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
 */
export async function readPictureTables(
  folder: string,
  tables: readonly string[],
  images: readonly string[],
): Promise<PictureTable> {
  const remarks: string[] = []
  for (const table of tables) {
    const rows = await rowsOf(join(folder, table)).catch(() => undefined)
    const classes = rows && classesOf(rows, images)
    if (classes) return { classes, remarks: [...remarks, `${table} says the class of each image`] }
    remarks.push(`${table} passed over: ${why(rows)}`)
  }
  return { classes: undefined, remarks }
}

type Row = Readonly<Record<string, string>>

async function rowsOf(path: string): Promise<readonly Row[]> {
  const bytes = await readFile(path)
  if (/\.jsonl$/i.test(path)) {
    const lines = bytes.toString('utf8').split('\n')
    return lines.filter((line) => line.trim() !== '').map((line) => textsOf(JSON.parse(line) as object))
  }
  const { rows } = parseTable(bytes, { name: basename(path) })
  const [header, ...rest] = rows
  return rest.map(({ cells }) => Object.fromEntries(cells.map((cell, i) => [header!.cells[i]!.toLowerCase(), cell])))
}

function textsOf(row: object): Row {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key.toLowerCase(), String(value)]))
}

/** The class of every image, or undefined where the rows do not name all of them. */
function classesOf(rows: readonly Row[], images: readonly string[]): readonly string[] | undefined {
  const column = classColumns.find((name) => rows[0] !== undefined && Object.hasOwn(rows[0], name))
  const names = fileColumns.find((name) => rows[0] !== undefined && Object.hasOwn(rows[0], name))
  if (column === undefined || names === undefined) return undefined
  const known = new Map<string, string>()
  for (const row of rows) for (const key of keysOf(row[names] ?? '')) known.set(key, row[column]!)
  const found = images.map((image) => keysOf(image).flatMap((key) => known.get(key) ?? [])[0])
  return found.every((name) => name !== undefined) ? found : undefined
}

/** A file by its path, its name, and its name without the extension. */
function keysOf(path: string): string[] {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return [...new Set([path, name, name.replace(/\.[^.]+$/, '')])]
}

function why(rows: readonly Row[] | undefined): string {
  if (rows === undefined) return 'it cannot be read'
  return `it has no columns of file names (${fileColumns[0]}) and classes (${classColumns[0]}) for all images`
}
