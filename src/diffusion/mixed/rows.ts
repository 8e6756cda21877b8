/** Rows in memory, and what a network sees of them. */
import { TweedieError } from '../../errors.ts'
import type { FloatArray } from '../../engine/random/index.ts'
import type { MixedProcess } from './process.ts'

/** A cell that is under noise: to be drawn, or learned. */
export const free = 0
/** A cell that is known and clean: the others are drawn, or learned, given it. */
export const given = 1
/** A cell that nobody knows, and that is not asked for. */
export const missing = 2

/** N rows. Of missing cells any value is ignored. */
export interface MixedRows {
  /** `[N, numbers]`. */
  readonly numbers: FloatArray
  /** `[N, columns]`: categories, or for cells under noise states. */
  readonly categories: Int32Array
  /** `[N, numbers + columns]`: {@link free}, {@link given} or {@link missing} for each cell, numbers first. */
  readonly cells: Uint8Array
}

/** How many cells a row has. */
export function cellsOf({ numbers, columns }: MixedProcess): number {
  return numbers + columns.length
}

/** Rows with every cell free and zero. */
export function emptyRows(process: MixedProcess, count: number): MixedRows {
  const { numbers, columns } = process
  return {
    numbers: new Float64Array(count * numbers),
    categories: new Int32Array(count * columns.length),
    cells: new Uint8Array(count * cellsOf(process)),
  }
}

/** A copy, which may be written into. */
export function copyRows({ numbers, categories, cells }: MixedRows): MixedRows {
  return { numbers: numbers.slice(), categories: categories.slice(), cells: cells.slice() }
}

/** A part of rows, `count` from `first` on; nothing is copied. */
export function someRows(process: MixedProcess, rows: MixedRows, first: number, count: number): MixedRows {
  const part = <T extends FloatArray | Int32Array | Uint8Array>(array: T, size: number): T =>
    array.subarray(first * size, (first + count) * size) as T
  return {
    numbers: part(rows.numbers, process.numbers),
    categories: part(rows.categories, process.columns.length),
    cells: part(rows.cells, cellsOf(process)),
  }
}

/**
 * The number of rows.
 *
 * @throws TweedieError `shape` where the arrays do not fit together, `usage` for a category that a known cell cannot have
 */
export function countRows(process: MixedProcess, { numbers, categories, cells }: MixedRows): number {
  const count = cells.length / cellsOf(process)
  const width = process.columns.length
  if (!Number.isInteger(count) || numbers.length !== count * process.numbers || categories.length !== count * width) {
    throw new TweedieError(
      'shape',
      `${numbers.length} numbers, ${categories.length} categories and ${cells.length} cells are no whole rows of ${process.numbers} and ${width}`,
    )
  }
  for (let i = 0; i < categories.length; i++) {
    const [row, column] = [Math.floor(i / width), i % width]
    if (cells[row * cellsOf(process) + process.numbers + column] !== given) continue
    const limit = process.columns[column]!.categories
    if (categories[i]! >= 0 && categories[i]! < limit) continue
    throw new TweedieError('usage', `category ${categories[i]} of row ${row}: column ${column} has ${limit}`)
  }
  return count
}

/** How many numbers a network sees of one row. */
export function inputSize({ numbers, columns }: MixedProcess): number {
  return 3 * numbers + columns.reduce((sum, { states }) => sum + states + 2, 0)
}

/** How many numbers a network gives for one row: one for each number, and the logits of all columns. */
export function outputSize({ numbers, logits }: MixedProcess): number {
  return numbers + logits
}

/**
 * Writes what a network sees, `[N, inputSize]`: of every number its value, whether it is given and whether it is missing; of every
 * category its state as a unit vector, and the same. What is missing has the value zero.
 */
export function encodeRows(process: MixedProcess, rows: MixedRows, out: Float32Array): void {
  const { numbers, columns } = process
  const [size, width] = [inputSize(process), cellsOf(process)]
  const count = rows.cells.length / width
  out.fill(0, 0, count * size)
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < numbers; i++) {
      const at = row * size + 3 * i
      const cell = rows.cells[row * width + i]!
      if (cell !== missing) out[at] = rows.numbers[row * numbers + i]!
      if (cell !== free) out[at + cell] = 1
    }
    let at = row * size + 3 * numbers
    for (let c = 0; c < columns.length; c++) {
      const { states } = columns[c]!
      const cell = rows.cells[row * width + numbers + c]!
      if (cell !== missing) out[at + rows.categories[row * columns.length + c]!] = 1
      if (cell !== free) out[at + states + cell - 1] = 1
      at += states + 2
    }
  }
}
