/** Sparse matrices as operators: each number of the measurement is a weighted sum of a few numbers of the item. */
import { sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { type LinearOperator, linearOperator } from './operator.ts'

/** One row: which numbers of the item, and with what weight. */
export interface SparseRow {
  readonly indices: ArrayLike<number>
  readonly weights: ArrayLike<number>
}

/** Properties that the rows do not tell. */
export interface SparseOptions {
  readonly name: string
  readonly from: readonly number[]
  readonly to: readonly number[]
  /** The norm that all rows have, if they are orthogonal to each other: then A Aᵀ = norm² I and the decomposition is known. */
  readonly orthogonal?: number
}

/** y_k = Σ_j weights_kj x_{indices_kj}. */
export function sparseOperator(
  { name, from, to, orthogonal }: SparseOptions,
  rows: readonly SparseRow[],
): LinearOperator {
  const [n, m] = [sizeOf(from), sizeOf(to)]
  if (rows.length !== m)
    throw new TweedieError('shape', `${name}: ${rows.length} rows for a measurement of ${m} numbers`)
  const begin = new Int32Array(m + 1)
  rows.forEach(({ indices }, k) => (begin[k + 1] = begin[k]! + indices.length))
  const [index, weight] = [new Int32Array(begin[m]!), new Float64Array(begin[m]!)]
  rows.forEach(({ indices, weights }, k) => {
    index.set(Array.from(indices), begin[k]!)
    weight.set(Array.from(weights), begin[k]!)
  })
  const wrong = index.find((i) => !(i >= 0 && i < n))
  if (wrong !== undefined) throw new TweedieError('shape', `${name}: element ${wrong} of an item of ${n}`)

  const forward = (x: ArrayLike<number>): Float64Array => {
    const y = new Float64Array(m)
    for (let k = 0; k < m; k++) {
      let sum = 0
      for (let j = begin[k]!; j < begin[k + 1]!; j++) sum += weight[j]! * x[index[j]!]!
      y[k] = sum
    }
    return y
  }
  const adjoint = (v: ArrayLike<number>): Float64Array => {
    const x = new Float64Array(n)
    for (let k = 0; k < m; k++) {
      for (let j = begin[k]!; j < begin[k + 1]!; j++) x[index[j]!]! += weight[j]! * v[k]!
    }
    return x
  }
  const svd = (norm: number) => ({
    values: new Float64Array(m).fill(norm),
    coordinates: (x: ArrayLike<number>) => forward(x).map((value) => value / norm),
    compose: (c: ArrayLike<number>) => adjoint(c).map((value) => value / norm),
    measured: (y: ArrayLike<number>) => Float64Array.from(y),
  })
  return linearOperator({ name, from, to, forward, adjoint, ...(orthogonal && { svd: () => svd(orthogonal) }) })
}
