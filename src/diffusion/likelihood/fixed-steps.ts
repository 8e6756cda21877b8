/** A Runge–Kutta method on a grid of times, for any differential equation; by default the classical one of order four. */
import type { Slope } from '../sample/dormand-prince.ts'
import { type Tableau, tableaux } from '../sample/runge-kutta.ts'

/** Solves dy/dt = F(t, y) along the times, `y` in place, yielding after every step. */
export async function* fixedSteps(
  slope: Slope,
  y: Float64Array,
  times: readonly number[],
  { nodes, rows, weights }: Tableau = tableaux.rk4,
): AsyncGenerator<{ readonly from: number; readonly to: number }> {
  const slopes = nodes.map(() => new Float64Array(y.length))
  const point = y.slice()
  const advance = (out: Float64Array, h: number, factors: readonly number[]): void => {
    for (let i = 0; i < y.length; i++) {
      out[i] = y[i]! + h * factors.reduce((sum, factor, k) => sum + factor * slopes[k]![i]!, 0)
    }
  }
  for (let index = 0; index < times.length - 1; index++) {
    const [from, to] = [times[index]!, times[index + 1]!]
    for (const [stage, node] of nodes.entries()) {
      advance(point, to - from, rows[stage]!)
      await slope(node === 1 ? to : from + node * (to - from), point, slopes[stage]!)
    }
    advance(y, to - from, weights)
    yield { from, to }
  }
}
