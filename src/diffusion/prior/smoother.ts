/** Products with a covariance that falls exponentially with the distance on a grid. */

/**
 * v → d E d v with E = exp(−(|Δrow| + |Δcolumn|) / reach) within each variable. E is a product of one kernel for rows and one for columns, and each of these is two
 * recursions: nothing of the size of E is made.
 *
 * @param cells which number of `[variables, rows, columns]` each one of v is
 * @param d deviations, as long as v
 */
export function smoother(
  cells: Int32Array,
  d: Float64Array,
  [variables, rows, columns]: readonly [variables: number, rows: number, columns: number],
  reach: number,
): (v: Float64Array, out: Float64Array) => void {
  const field = new Float64Array(variables * rows * columns)
  const line = new Float64Array(Math.max(rows, columns))
  const decay = Math.exp(-1 / reach)
  /** Along one line: y_i = Σ_j decay^|i − j| v_j. */
  const along = (from: number, count: number, step: number): void => {
    let sum = 0
    for (let i = 0; i < count; i++) line[i] = sum = decay * sum + field[from + i * step]!
    sum = 0
    for (let i = count - 1; i >= 0; i--) {
      const own = field[from + i * step]!
      field[from + i * step] = line[i]! + decay * sum
      sum = decay * sum + own
    }
  }
  return (v, out) => {
    field.fill(0)
    for (let s = 0; s < cells.length; s++) field[cells[s]!]! += d[s]! * v[s]!
    for (let row = 0; row < variables * rows; row++) along(row * columns, columns, 1)
    for (let c = 0; c < variables; c++) {
      for (let column = 0; column < columns; column++) along(c * rows * columns + column, rows, columns)
    }
    for (let s = 0; s < cells.length; s++) out[s] = d[s]! * field[cells[s]!]!
  }
}
