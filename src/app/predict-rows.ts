/** Rows of a table as programs have them. */
import type { Access } from '../families/family.ts'
import type { NamedColumns } from '../files/data/formats/table-columns.ts'
import { TweedieError } from '../errors.ts'

/** The path of a file, or an object for each row by the names of columns: numbers, texts, null or undefined where one is missing. */
export type PredictRows = string | readonly Readonly<Record<string, number | string | boolean | null | undefined>>[]

/** The rows as a table of text. @throws TweedieError `data` where there are none */
export async function namedRows(rows: PredictRows, access: Pick<Access, 'bytes'>): Promise<NamedColumns> {
  if (typeof rows === 'string') {
    const { namedColumns } = await import('../files/data/formats/table-columns.ts')
    return namedColumns(await access.bytes(rows, 'data'), rows)
  }
  if (rows.length === 0) throw new TweedieError('data', 'there are no rows to answer for')
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const text = (value: unknown): string =>
    value === null || value === undefined || Number.isNaN(value) ? '' : String(value as string | number | boolean)
  return {
    names,
    header: true,
    remarks: [],
    rows: rows.map((row, i) => ({ cells: names.map((name) => text(row[name])), line: i + 1 })),
  }
}
