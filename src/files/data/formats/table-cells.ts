/** What the cells of a table say: numbers, texts, or nothing. */
import { isNumber } from './csv.ts'

/** What stands for a value that is not known, in columns of every kind. */
const missing = /^(?:na|n\/a|#n\/a|<na>|nan|null|none|\?)?$/i

/** The same in columns of numbers alone. */
const missingNumber = /^[-.]$/

const commaNumber = /^[+-]?\d+(?:,\d+)?(?:[eE][+-]?\d+)?$/
const thousandsLike = /^[+-]?\d{1,3},\d{3}$/

/** Whether a cell holds no value: nothing, `NA`, `NaN`, `null`, `None` or `?`. */
export function isMissing(cell: string): boolean {
  return missing.test(cell)
}

/** The cells of a column as numbers. */
export interface CellNumbers {
  /** NaN where a cell holds no value. */
  readonly values: Float64Array
  /** The rows, from 0, of cells that are neither numbers nor missing. */
  readonly strange: readonly number[]
  /** Whether commas stand before the decimals. */
  readonly commas: boolean
}

/**
 * Reads cells as numbers. Where points make no number of some cell, commas are tried before the decimals, unless every comma could as
 * well stand between thousands.
 */
export function numbersOf(cells: readonly string[]): CellNumbers {
  const pointed = read(cells, (cell) => (isNumber(cell) ? Number(cell) : undefined))
  if (pointed.strange.length === 0) return { ...pointed, commas: false }
  const withCommas = pointed.strange.map((row) => cells[row]!)
  const decimal =
    withCommas.every((cell) => commaNumber.test(cell)) && !withCommas.every((cell) => thousandsLike.test(cell))
  if (!decimal || cells.some((cell) => isNumber(cell) && cell.includes('.'))) return { ...pointed, commas: false }
  return {
    ...read(cells, (cell) => (commaNumber.test(cell) ? Number(cell.replace(',', '.')) : undefined)),
    commas: true,
  }
}

function read(cells: readonly string[], number: (cell: string) => number | undefined): Omit<CellNumbers, 'commas'> {
  const strange: number[] = []
  const values = Float64Array.from(cells, (cell, row) => {
    const value = number(cell)
    if (value !== undefined && Number.isFinite(value)) return value
    if (!isMissing(cell) && !missingNumber.test(cell)) strange.push(row)
    return Number.NaN
  })
  return { values, strange }
}
