/** Cells of a table as lines of text, below each other. */
import type { TableCells } from '../data/formats/write-csv.ts'

/** The widest cell that is shown whole. */
const widest = 24

/**
 * The first rows of a table, columns aligned: numbers to the right, texts to the left.
 *
 * @param rows how many are shown; of others their number
 */
export function cellsText({ header, rows: all }: TableCells, rows = 20): string {
  const shown = all.slice(0, rows)
  const lines = [...(header ? [header] : []), ...shown].map((cells) => cells.map(short))
  const count = lines[0]?.length ?? 0
  const widths = Array.from({ length: count }, (_, c) => Math.max(...lines.map((cells) => cells[c]!.length)))
  const toRight = widths.map((_, c) => shown.every((cells) => cells[c] === '' || !Number.isNaN(Number(cells[c]))))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, c) => (toRight[c] ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)))
      .join('  ')
      .trimEnd()
  const more = all.length > shown.length ? [`… and ${all.length - shown.length} more rows`] : []
  return [...lines.map(line), ...more].join('\n')
}

const short = (cell: string): string => {
  const plain = cell.replaceAll(/\s+/g, ' ')
  return plain.length > widest ? `${plain.slice(0, widest - 1)}…` : plain
}
