/** Numbers of a run, one for each evaluation: those that never change are constants of the graph, the others columns of a table. */
import type { Context } from '../../engine/onnx/lower/context.ts'

/** A number for each row. */
export type PerRow = readonly number[]

/** Sums with weights that differ from row to row; a weight that is 0 in all rows leaves its term out, a 1 is not multiplied. */
export class RowNumbers {
  readonly #rows: number
  readonly #columns = new Map<string, PerRow>()

  constructor(rows: number) {
    this.#rows = rows
  }

  /** The values of all columns, `[rows, columns]`. */
  table(): { readonly data: Float32Array; readonly columns: number } {
    const columns = [...this.#columns.values()]
    const data = Float32Array.from({ length: this.#rows * columns.length }, (_, i) =>
      Number(columns[i % columns.length]![Math.floor(i / columns.length)]),
    )
    return { data, columns: columns.length }
  }

  /** The name of the number of this row, `[1]`. */
  name(context: Context, numbers: PerRow): string {
    const same = constantOf(numbers)
    return same === undefined ? this.#columnOf(numbers) : context.fill('float32', same, [1])
  }

  /** Σ weight · value, or undefined if all weights are 0. */
  sum(context: Context, terms: readonly (readonly [PerRow, string])[]): string | undefined {
    const parts = terms.flatMap(([weights, value]) => {
      const same = constantOf(weights)
      if (same === 0) return []
      return [same === 1 ? value : context.emit('Mul', [value, this.name(context, weights)])]
    })
    if (parts.length === 0) return undefined
    return parts.reduce((sum, part) => context.emit('Add', [sum, part]))
  }

  #columnOf(numbers: PerRow): string {
    const key = numbers.join()
    const at = [...this.#columns.keys()].indexOf(key)
    if (at >= 0) return columnName(at)
    this.#columns.set(key, numbers)
    return columnName(this.#columns.size - 1)
  }
}

/** The name of a column's present number. */
export const columnName = (column: number): string => `row/${column}`

function constantOf(numbers: PerRow): number | undefined {
  return numbers.every((each) => each === numbers[0]) ? numbers[0] : undefined
}
