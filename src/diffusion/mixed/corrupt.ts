/** The way to noise: rows at a time t. */
import type { FloatArray } from '../../engine/random/index.ts'
import type { MixedProcess } from './process.ts'
import { cellsOf, free, type MixedRows } from './rows.ts'

/** Random numbers for the cells of some rows: standard normal ones for numbers, uniform ones for categories. */
export interface MixedNoise {
  readonly normals: FloatArray
  readonly uniforms: FloatArray
}

/**
 * A draw of q(x_t | x₀) for every free cell of a row; others are copied.
 *
 * @param row which row, in all arrays alike
 */
export function corruptRow(
  process: MixedProcess,
  clean: MixedRows,
  row: number,
  t: number,
  noise: MixedNoise,
  out: MixedRows,
): void {
  const { numbers, columns, schedule } = process
  const [alpha, sigma, width] = [schedule.alpha(t), schedule.sigma(t), cellsOf(process)]
  for (let i = 0; i < numbers; i++) {
    const at = row * numbers + i
    const isFree = clean.cells[row * width + i] === free
    out.numbers[at] = isFree ? alpha * clean.numbers[at]! + sigma * noise.normals[at]! : clean.numbers[at]!
  }
  for (let c = 0; c < columns.length; c++) {
    const at = row * columns.length + c
    if (clean.cells[row * width + numbers + c] !== free) out.categories[at] = clean.categories[at]!
    else {
      const one = <T extends FloatArray | Int32Array>(array: T): T => array.subarray(at, at + 1) as T
      columns[c]!.corrupt(one(clean.categories), t, one(noise.uniforms), one(out.categories))
    }
  }
}
