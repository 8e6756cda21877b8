/** The strongest eigenvectors of a large symmetric matrix that is known by its products. */
import { fold, key, normal } from '../../engine/random/index.ts'
import { symmetricEigen } from '../denoise/eigen.ts'

/** How many vectors besides those that are wanted, and how many rounds. */
const [spare, rounds] = [8, 6] as const

/**
 * Subspace iteration: random vectors are multiplied and made orthonormal, again and again, and at the end the matrix within their span is diagonalised.
 *
 * Finding structure with randomness (Halko, Martinsson & Tropp, 2011), https://arxiv.org/abs/0909.4061
 *
 * @param product M v, written into `out`
 * @param size of v
 * @param count how many; at most `size`
 * @returns rows are unit vectors, `[count, size]`, the strongest first
 */
export function strongest(
  product: (v: Float64Array, out: Float64Array) => void,
  size: number,
  count: number,
): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const many = Math.min(size, count + spare)
  const all = normal(fold(key(0), 'strongest'), new Float64Array(many * size))
  const rows = Array.from({ length: many }, (_, k) => all.subarray(k * size, (k + 1) * size))
  orthonormalise(rows)
  const images = rows.map(() => new Float64Array(size))
  for (let round = 0; round < rounds; round++) {
    rows.forEach((row, k) => product(row, images[k]!))
    rows.forEach((row, k) => row.set(images[k]!))
    orthonormalise(rows)
  }
  rows.forEach((row, k) => product(row, images[k]!))
  const small = new Float64Array(many * many)
  for (let i = 0; i < many; i++) for (let j = 0; j < many; j++) small[i * many + j] = dot(rows[i]!, images[j]!)
  const { values, vectors } = symmetricEigen(
    small.map((value, at) => (value + small[(at % many) * many + Math.floor(at / many)]!) / 2),
    many,
  )
  const order = Array.from(values.keys())
    .sort((a, b) => values[b]! - values[a]!)
    .slice(0, count)
  const out = new Float64Array(count * size)
  order.forEach((from, to) => {
    const row = out.subarray(to * size, (to + 1) * size)
    rows.forEach((each, k) => addTo(row, vectors[from * many + k]!, each))
  })
  return { values: Float64Array.from(order, (k) => values[k]!), vectors: out }
}

/** Gram and Schmidt's way, twice; a row in the span of those before it becomes zero. */
function orthonormalise(rows: readonly Float64Array[]): void {
  rows.forEach((row, k) => {
    const before = Math.sqrt(dot(row, row))
    for (let time = 0; time < 2; time++) for (let j = 0; j < k; j++) addTo(row, -dot(rows[j]!, row), rows[j]!)
    const length = Math.sqrt(dot(row, row))
    const factor = length > 1e-10 * before ? 1 / length : 0
    for (let i = 0; i < row.length; i++) row[i]! *= factor
  })
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function addTo(out: Float64Array, factor: number, v: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i]! += factor * v[i]!
}
