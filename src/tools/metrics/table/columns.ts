/** How far the columns of two tables are apart, one by one and in pairs. */
import { type MeasuredColumn, spreadOf } from './features.ts'

/** The distance of one column. */
export interface ColumnDistance {
  readonly name: string
  /** `wasserstein` in standard deviations of the first table's column; `variation`, the total variation of the shares. */
  readonly measure: 'wasserstein' | 'variation'
  readonly value: number
}

/**
 * The distance of each column of two tables: of numbers the Wasserstein-1 distance ∫ |F⁻¹ − G⁻¹| du in standard deviations, of
 * categories the total variation ½ Σ |p_k − q_k|. Missing cells are passed over.
 */
export function columnDistances(
  real: readonly MeasuredColumn[],
  other: readonly MeasuredColumn[],
): readonly ColumnDistance[] {
  return real.map((column, c): ColumnDistance => {
    const second = other[c]!
    if (column.kind === 'number') {
      const value = transport(column.values, second.values) / spreadOf(column.values).deviation
      return { name: column.name, measure: 'wasserstein', value }
    }
    return { name: column.name, measure: 'variation', value: variation(column, second) }
  })
}

/** ∫ |F⁻¹(u) − G⁻¹(u)| du of two samples, exact for any sizes. */
function transport(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const sorted = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from(Array.from(values).filter((value) => !Number.isNaN(value))).sort()
  const [x, y] = [sorted(a), sorted(b)]
  if (x.length === 0 || y.length === 0) return Number.NaN
  let [i, j, u, total] = [0, 0, 0, 0]
  while (i < x.length && j < y.length) {
    const next = Math.min((i + 1) / x.length, (j + 1) / y.length)
    total += (next - u) * Math.abs(x[i]! - y[j]!)
    u = next
    if ((i + 1) / x.length <= u) i++
    if ((j + 1) / y.length <= u) j++
  }
  return total
}

function variation(a: MeasuredColumn, b: MeasuredColumn): number {
  const [p, q] = [sharesOf(a), sharesOf(b)]
  const names = new Set([...p.keys(), ...q.keys()])
  return [...names].reduce((sum, name) => sum + Math.abs((p.get(name) ?? 0) - (q.get(name) ?? 0)), 0) / 2
}

function sharesOf(column: MeasuredColumn): Map<string, number> {
  const counts = new Map<string, number>()
  let present = 0
  for (let row = 0; row < column.values.length; row++) {
    const value = column.values[row]!
    if (column.kind === 'category' ? value < 0 : Number.isNaN(value)) continue
    const name = column.kind === 'category' ? column.names[value]! : String(value)
    counts.set(name, (counts.get(name) ?? 0) + 1)
    present++
  }
  return new Map(Array.from(counts, ([name, count]) => [name, count / Math.max(1, present)]))
}

/**
 * The association of every pair of columns, in [−1, 1]: Pearson's correlation of numbers; of a number and a category the correlation
 * ratio η, the share of the standard deviation that groups explain; of categories Cramér's V. Rows with either cell missing are left out.
 */
export function associations(columns: readonly MeasuredColumn[]): number[][] {
  return columns.map((a, i) => columns.map((b, j) => (i === j ? 1 : association(a, b))))
}

/** The mean absolute difference of the associations of two tables, over pairs of columns; 0 for fewer than two columns. */
export function associationError(real: readonly MeasuredColumn[], other: readonly MeasuredColumn[]): number {
  const [p, q] = [associations(real), associations(other)]
  let [sum, pairs] = [0, 0]
  p.forEach((row, i) =>
    row.forEach((value, j) => {
      if (j <= i) return
      sum += Math.abs(value - q[i]![j]!)
      pairs++
    }),
  )
  return pairs === 0 ? 0 : sum / pairs
}

function association(a: MeasuredColumn, b: MeasuredColumn): number {
  if (a.kind === 'category' && b.kind === 'number') return association(b, a)
  const lacks = (column: MeasuredColumn, row: number): boolean =>
    column.kind === 'category' ? column.values[row]! < 0 : Number.isNaN(column.values[row]!)
  const rows = Array.from({ length: a.values.length }, (_, row) => row).filter(
    (row) => !lacks(a, row) && !lacks(b, row),
  )
  if (rows.length < 2) return 0
  const x = rows.map((row) => a.values[row]!)
  const y = rows.map((row) => b.values[row]!)
  if (a.kind === 'number') return b.kind === 'number' ? pearson(x, y) : correlationRatio(x, y)
  return cramersV(x, y)
}

function pearson(x: readonly number[], y: readonly number[]): number {
  const [a, b] = [spreadOf(x), spreadOf(y)]
  const product = x.reduce((sum, value, i) => sum + (value - a.mean) * (y[i]! - b.mean), 0) / x.length
  return product / (a.deviation * b.deviation)
}

function correlationRatio(x: readonly number[], groups: readonly number[]): number {
  const { mean, deviation } = spreadOf(x)
  const sums = new Map<number, { sum: number; count: number }>()
  x.forEach((value, i) => {
    const { sum, count } = sums.get(groups[i]!) ?? { sum: 0, count: 0 }
    sums.set(groups[i]!, { sum: sum + value, count: count + 1 })
  })
  const between = [...sums.values()].reduce((all, { sum, count }) => all + count * (sum / count - mean) ** 2, 0)
  return Math.sqrt(between / x.length) / deviation
}

function cramersV(x: readonly number[], y: readonly number[]): number {
  const count = <T>(values: readonly T[]): Map<T, number> => {
    const counts = new Map<T, number>()
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
    return counts
  }
  const [rows, columns] = [count(x), count(y)]
  const both = count(x.map((value, i) => `${value}|${y[i]}`))
  const n = x.length
  let chi = 0
  for (const [a, na] of rows) {
    for (const [b, nb] of columns) {
      const expected = (na * nb) / n
      chi += ((both.get(`${a}|${b}`) ?? 0) - expected) ** 2 / expected
    }
  }
  const most = Math.min(rows.size, columns.size) - 1
  return most === 0 ? 0 : Math.sqrt(chi / (n * most))
}
