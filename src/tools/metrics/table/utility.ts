/** What one table teaches of another: a model of the target is fitted to rows, and judged on others. */
import { featuresOf, type MeasuredColumn } from './features.ts'
import { leastSquares, logistic } from './linear.ts'

/** How good a linear model of a target is. */
export interface Utility {
  /** The share of right classes; or R², the share of the variance that is explained. */
  readonly measure: 'accuracy' | 'R²'
  readonly value: number
}

/**
 * Fits a linear model of the target to one table (least squares for numbers, a logistic regression for each class), and judges it on
 * another.
 *
 * @param target the name of the column
 */
export function utility(train: readonly MeasuredColumn[], test: readonly MeasuredColumn[], target: string): Utility {
  const isTarget = ({ name }: MeasuredColumn): boolean => name === target
  const [own, other] = [train, test].map((columns) => columns.find(isTarget)!) as [MeasuredColumn, MeasuredColumn]
  const [from, to] = [train, test].map((columns) => columns.filter((column) => !isTarget(column))) as [
    MeasuredColumn[],
    MeasuredColumn[],
  ]
  const [x, y] = [featuresOf(from, from), featuresOf(to, from)]
  const count = other.values.length
  if (own.kind === 'number') {
    const score = leastSquares(x, own.values)
    const mean = Array.from(other.values).reduce((a, b) => a + b, 0) / count
    let [left, all] = [0, 0]
    for (let row = 0; row < count; row++) {
      left += (other.values[row]! - score(y, row)) ** 2
      all += (other.values[row]! - mean) ** 2
    }
    return { measure: 'R²', value: 1 - left / all }
  }
  const names = [...new Set([...own.names, ...(other.kind === 'category' ? other.names : [])])]
  const nameOf = (column: MeasuredColumn, row: number): string | undefined =>
    column.kind === 'category' ? column.names[column.values[row]!] : undefined
  const scores = names.map((name) =>
    logistic(
      x,
      Array.from({ length: own.values.length }, (_, row) => Number(nameOf(own, row) === name)),
    ),
  )
  let right = 0
  for (let row = 0; row < count; row++) {
    const values = scores.map((score) => score(y, row))
    if (names[values.indexOf(Math.max(...values))] === nameOf(other, row)) right++
  }
  return { measure: 'accuracy', value: right / count }
}
