/**
 * Power-function averages of other widths than those that were kept, after training.
 * Karras et al., Analyzing and Improving the Training Dynamics of Diffusion Models (2024), section 3.2.
 */
import { gammaOf } from './ema.ts'

/** A power-function average: its relative width, and after how many updates it was looked at. */
export interface AverageProfile {
  readonly width: number
  readonly steps: number
}

/**
 * `∫ p q` of two profiles, each `(γ + 1) tᵞ / Tᵞ⁺¹` on [0, T]: with the shorter training m,
 *
 *     (γ₁ + 1)(γ₂ + 1) / (γ₁ + γ₂ + 1) · (m/T₁)^(γ₁ + 1) · (m/T₂)^(γ₂ + 1) / m
 */
export function innerProduct(p: AverageProfile, q: AverageProfile): number {
  const [a, b] = [gammaOf(p.width), gammaOf(q.width)]
  const shorter = Math.min(p.steps, q.steps)
  const shares = (shorter / p.steps) ** (a + 1) * (shorter / q.steps) ** (b + 1)
  return (((a + 1) * (b + 1)) / (a + b + 1)) * (shares / shorter)
}

/**
 * Which sum of kept averages comes nearest to another one, in the least squares of their profiles.
 *
 * @returns a weight for each that was kept, together 1; and the error, as a share of the wanted profile's length
 * @example
 * averageWeights([{ width: 0.05, steps: 900 }, { width: 0.05, steps: 1000 }], { width: 0.07, steps: 1000 })
 */
export function averageWeights(
  kept: readonly AverageProfile[],
  wanted: AverageProfile,
): { readonly weights: readonly number[]; readonly error: number } {
  const rows = kept.map((p) => [...kept.map((q) => innerProduct(p, q)), innerProduct(p, wanted)])
  const found = solved(rows)
  const total = found.reduce((sum, each) => sum + each, 0)
  const weights = found.map((each) => each / total)
  const length = innerProduct(wanted, wanted)
  const between = weights.map((weight, i) => weight * rows[i]!.at(-1)!)
  const within = weights.flatMap((weight, i) => weights.map((other, j) => weight * other * rows[i]![j]!))
  const square = length - 2 * sumOf(between) + sumOf(within)
  return { weights, error: Math.sqrt(Math.max(0, square) / length) }
}

/** Solves `A x = b`, the rows of [A b] given, by elimination with the largest pivots; what does not matter is 0. */
function solved(rows: readonly (readonly number[])[]): number[] {
  const size = rows.length
  const left = rows.map((row) => [...row])
  for (let at = 0; at < size; at++) {
    const pivots = left.slice(at).map((row) => Math.abs(row[at]!))
    const pivot = at + pivots.indexOf(Math.max(...pivots))
    const [upper, lower] = [left[at]!, left[pivot]!]
    left[at] = lower
    left[pivot] = upper
    if (Math.abs(lower[at]!) < 1e-14 * Math.abs(rows[at]![at]!)) continue
    for (const row of left) {
      if (row === lower) continue
      const factor = row[at]! / lower[at]!
      for (let i = at; i <= size; i++) row[i]! -= factor * lower[i]!
    }
  }
  return left.map((row, at) => (Math.abs(row[at]!) < 1e-14 * Math.abs(rows[at]![at]!) ? 0 : row[size]! / row[at]!))
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0)
