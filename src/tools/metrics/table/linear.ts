/** Linear models by least squares and by logistic regression, with a little ridge: the plainest judges of a table. */
import type { RowFeatures } from './features.ts'

/** A score of a row: the prediction, or the log-odds. */
export type LinearScore = (features: RowFeatures, row: number) => number

/** Least squares with a ridge of so much for each row. */
export function leastSquares(features: RowFeatures, y: ArrayLike<number>, ridge = 1e-3): LinearScore {
  const weights = Float64Array.from({ length: y.length }, () => 1)
  return scoreOf(solveWeighted(features, weights, y, ridge))
}

/**
 * Logistic regression by Newton's steps (iteratively reweighted least squares).
 *
 * @param y 0 or 1 for each row
 */
export function logistic(features: RowFeatures, y: ArrayLike<number>, ridge = 1e-2): LinearScore {
  const length = y.length
  let solution: Float64Array = new Float64Array(features.width + 1)
  for (let step = 0; step < 12; step++) {
    const score = scoreOf(solution)
    const weights = new Float64Array(length)
    const target = new Float64Array(length)
    for (let row = 0; row < length; row++) {
      const s = Math.max(-30, Math.min(30, score(features, row)))
      const p = 1 / (1 + Math.exp(-s))
      weights[row] = Math.max(1e-6, p * (1 - p))
      target[row] = s + (y[row]! - p) / weights[row]!
    }
    const next = solveWeighted(features, weights, target, ridge)
    const moved = next.reduce((most, value, i) => Math.max(most, Math.abs(value - solution[i]!)), 0)
    solution = next
    if (moved < 1e-6) break
  }
  return scoreOf(solution)
}

/** The area under the curve of a score that should be high where y is 1. */
export function areaUnderCurve(scores: readonly number[], y: ArrayLike<number>): number {
  const order = scores.map((score, i) => ({ score, is: y[i] === 1 })).sort((a, b) => a.score - b.score)
  let [ranks, positives] = [0, 0]
  for (let from = 0; from < order.length;) {
    let to = from
    while (to < order.length && order[to]!.score === order[from]!.score) to++
    for (let i = from; i < to; i++) {
      if (!order[i]!.is) continue
      ranks += (from + to + 1) / 2
      positives++
    }
    from = to
  }
  const negatives = order.length - positives
  return positives * negatives === 0 ? 0.5 : (ranks - (positives * (positives + 1)) / 2) / (positives * negatives)
}

function scoreOf(solution: Float64Array): LinearScore {
  const width = solution.length - 1
  return ({ values }, row) => {
    let sum = solution[width]!
    for (let i = 0; i < width; i++) sum += solution[i]! * values[row * width + i]!
    return sum
  }
}

/** The minimum of Σ w (y − x·b − c)² + ridge n |b|². */
function solveWeighted(
  { width, values }: RowFeatures,
  weights: ArrayLike<number>,
  y: ArrayLike<number>,
  ridge: number,
): Float64Array {
  const size = width + 1
  const matrix = Array.from({ length: size }, () => new Float64Array(size))
  const right = new Float64Array(size)
  const row = new Float64Array(size)
  row[width] = 1
  for (let r = 0; r < y.length; r++) {
    row.set(values.subarray(r * width, (r + 1) * width))
    for (let i = 0; i < size; i++) {
      const scaled = weights[r]! * row[i]!
      if (scaled === 0) continue
      right[i]! += scaled * y[r]!
      const own = matrix[i]!
      for (let j = 0; j <= i; j++) own[j]! += scaled * row[j]!
    }
  }
  for (let i = 0; i < size; i++) matrix[i]![i]! += i < width ? ridge * y.length : 1e-9
  return solvePositive(matrix, right)
}

/** Solves A x = b for a positive definite A, of which the lower half is given and overwritten. */
function solvePositive(a: readonly Float64Array[], b: Float64Array): Float64Array {
  const n = b.length
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i]![j]!
      for (let k = 0; k < j; k++) rest -= a[i]![k]! * a[j]![k]!
      a[i]![j] = i === j ? Math.sqrt(Math.max(rest, 1e-12)) : rest / a[j]![j]!
    }
  }
  const x = b.slice()
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= a[i]![k]! * x[k]!
    x[i]! /= a[i]![i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= a[k]![i]! * x[k]!
    x[i]! /= a[i]![i]!
  }
  return x
}
