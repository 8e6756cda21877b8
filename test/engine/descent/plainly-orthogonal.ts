/** Newton and Schulz's iteration as the papers write it: on the matrix itself, number by number, in double precision. */
import { quintic, usualIterations } from '../../../src/engine/descent/index.ts'

/** `X ← a X + (b A + c A²) X` with `A = X Xᵀ`, as often as usual. */
export function plainlyOrthogonal(data: ArrayLike<number>, rows: number, columns: number): number[] {
  const [a, b, c] = quintic
  const length = Math.hypot(...Array.from(data)) || 1
  let x = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (__, j) => data[i * columns + j]! / length),
  )
  for (let turn = 0; turn < usualIterations; turn++) {
    const square = product(x, transposed(x))
    const fourth = product(square, square)
    const factor = square.map((row, i) => row.map((each, j) => b * each + c * fourth[i]![j]!))
    const moved = product(factor, x)
    x = x.map((row, i) => row.map((each, j) => a * each + moved[i]![j]!))
  }
  return x.flat()
}

type Rows = readonly (readonly number[])[]

const transposed = (x: Rows): number[][] => x[0]!.map((_, j) => x.map((row) => row[j]!))
const product = (x: Rows, y: Rows): number[][] => {
  const columns = transposed(y)
  return x.map((row) => columns.map((column) => row.reduce((sum, each, i) => sum + each * column[i]!, 0)))
}
