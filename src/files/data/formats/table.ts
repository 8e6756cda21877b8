/**
 * Tables as text, by RFC 4180 and what spreadsheets write: commas, semicolons, tabs or blanks between cells, quotes around cells that hold
 * them, two quotes for one. A cell may begin with `#`; lines at the top that do are comments if they are not rows of
 * the table.
 */
import papaparse from 'papaparse'
import { TweedieError } from '../../../errors.ts'

/** A row with the number of its line, from 1. */
export interface TableRow {
  readonly cells: readonly string[]
  readonly line: number
}

/** The rows of a table that hold any cell. */
export interface Table {
  readonly rows: readonly TableRow[]
  /** What was guessed or ignored, a sentence each. */
  readonly remarks: readonly string[]
}

/**
 * Reads the cells of a table. All rows have as many cells as the first.
 *
 * @param options `name`: what to call it in errors; `title`: whether a first row of words may be as wide as it likes; `empty`: whether
 *   rows of several cells that hold nothing are rows too
 * @throws TweedieError `data` for a row with other cells than the first, or a quote that is not closed
 */
export function parseTable(
  bytes: Uint8Array,
  options: { name?: string; title?: boolean; empty?: boolean } = {},
): Table {
  const { name = 'table', title = false, empty = false } = options
  const { text, remarks } = decodeTable(bytes)
  const { rows, comments } = withoutComments(rowsOf(text, name, empty))
  const isTitle = title && rows.length > 1 && rows[0]!.cells.some((cell) => Number.isNaN(Number(cell)))
  const width = rows[isTitle ? 1 : 0]?.cells.length ?? 0
  const uneven = rows.slice(isTitle ? 1 : 0).find(({ cells }) => cells.length !== width)
  if (uneven) {
    const got = `line ${uneven.line} has ${uneven.cells.length} cells`
    throw new TweedieError('data', `${name}: ${got}, the first row has ${width}`, {
      hint: 'a cell that holds the separator needs quotes around it',
    })
  }
  if (comments > 0) remarks.push(`${comments} comment line${comments > 1 ? 's' : ''} at the top passed over`)
  return { rows, remarks }
}

/** The text of bytes: by its mark UTF-8 or UTF-16, else UTF-8 if it is that, else Windows-1252, with a remark. */
export function decodeTable(bytes: Uint8Array): { readonly text: string; readonly remarks: string[] } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: new TextDecoder('utf-16le').decode(bytes), remarks: [] }
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { text: new TextDecoder('utf-16be').decode(bytes), remarks: [] }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), remarks: [] }
  } catch {
    const text = new TextDecoder('windows-1252').decode(bytes)
    return { text, remarks: ['not UTF-8: read as Windows-1252'] }
  }
}

function rowsOf(text: string, name: string, empty: boolean): TableRow[] {
  const delimiter = delimiterOf(text)
  if (delimiter === undefined) return byBlanks(text)
  const rows: TableRow[] = []
  let [line, at] = [1, 0]
  papaparse.parse<string[]>(text, {
    delimiter,
    step({ data, errors, meta }) {
      const broken = errors.find(({ type }) => type === 'Quotes')
      if (broken) throw new TweedieError('data', `${name}: line ${line}: ${broken.message}`)
      const cells = data.map((cell) => cell.trim())
      if ((empty && cells.length > 1) || cells.some((cell) => cell !== '')) rows.push({ cells, line })
      for (; at < meta.cursor; at++) if (text[at] === '\n' || (text[at] === '\r' && text[at + 1] !== '\n')) line++
    },
  })
  return rows
}

/** The separator of the first lines; undefined for blanks. */
function delimiterOf(text: string): string | undefined {
  const sample = text
    .split(/\r\n|\n|\r/, 50)
    .filter((content) => content.trim() !== '' && !/^#(?:\s|$)/.test(content))
    .slice(0, 3)
    .map((content) => content.replaceAll(/"(?:[^"]|"")*"/g, '""'))
  return [';', '\t', ','].find((each) => sample.some((content) => content.includes(each)))
}

function byBlanks(text: string): TableRow[] {
  return text.split(/\r\n|\n|\r/).flatMap((content, i) => {
    const trimmed = content.trim()
    if (trimmed === '') return []
    const cells = trimmed.split(/\s+/).map((cell) => cell.replace(/^"(.*)"$/, '$1'))
    return [{ cells, line: i + 1 }]
  })
}

/**
 * Rows without comment lines at the top: lines that begin with `#` and a blank, or have another number of cells than
 * the first row that does not.
 */
function withoutComments(rows: TableRow[]): { readonly rows: TableRow[]; readonly comments: number } {
  const first = rows.findIndex(({ cells }) => !cells[0]!.startsWith('#'))
  const width = rows[first < 0 ? 0 : first]?.cells.length ?? 0
  const isComment = ({ cells }: TableRow): boolean => /^#(?:\s|$)/.test(cells[0]!) || cells.length !== width
  const kept = rows.slice(0, Math.max(0, first)).filter((row) => !isComment(row))
  const rest = first < 0 ? rows : rows.slice(first)
  return { rows: [...kept, ...rest], comments: Math.max(0, first) - kept.length }
}
