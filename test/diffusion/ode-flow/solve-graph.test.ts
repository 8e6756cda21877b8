/** Unrolled solves against flows in closed form: linear fields, and the logistic equation. */
import { describe, expect, test } from 'vitest'
import { constant, input, matmul, mul, sub, type Tensor } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { gridTimes, type Integrand, solveGraph } from '../../../src/diffusion/ode-flow/index.ts'
import { flowCost, flowLoss } from '../../../src/diffusion/ode-flow/flow-loss.ts'
import { fieldAt } from '../../../src/diffusion/ode-flow/divergence-graph.ts'
import { tableaux } from '../../../src/diffusion/sample/runge-kutta.ts'

const all: readonly Integrand[] = ['divergence', 'kinetic', 'jacobian']
const x = input('x', [3, 2], 'float64')
const points = [0.3, -1.2, 0.8, 0.5, -0.4, 2]

/** x ↦ A x, `A` by rows. */
const linear = (A: readonly number[]) => (at: Tensor) =>
  matmul(at, constant(Float64Array.from(A), [2, 2]), { transposeB: true })
const numbers = (tensor: Tensor, feeds = {}): number[] =>
  Array.from(evaluate([tensor], { x: points, ...feeds })[0].data)
const solve = (
  A: readonly number[],
  steps: number,
  tableau: (typeof tableaux)[keyof typeof tableaux] = tableaux.rk4,
  probe?: Tensor,
) => solveGraph(linear(A), x, gridTimes(steps, 'float64'), { tableau, probe, wanted: all })

describe('a linear field v = A x', () => {
  const A = [0.5, -0.75, 0.25, -0.25]

  test('carries x to e^A x, and its divergence adds up to tr A', () => {
    const end = solve(A, 32)
    const expected = exponential(A)
    numbers(end.x).forEach((value, i) => {
      const [row, item] = [i % 2, Math.floor(i / 2)]
      const exact = expected[2 * row]! * points[2 * item]! + expected[2 * row + 1]! * points[2 * item + 1]!
      expect(value).toBeCloseTo(exact, 6)
    })
    for (const value of numbers(end.integrals.divergence!)) expect(value).toBeCloseTo(0.25, 7)
  })

  test('has the log-density of the Gaussian that it makes', () => {
    // x₁ = e^A x₀ is white, so log p₀ = log N(e^A x₀; 0, I) + tr A
    const E = exponential(A)
    numbers(flowCost(solve(A, 32))).forEach((cost, item) => {
      const [a, b] = [points[2 * item]!, points[2 * item + 1]!]
      const square = (E[0]! * a + E[1]! * b) ** 2 + (E[2]! * a + E[3]! * b) ** 2
      expect(cost).toBeCloseTo(square / 2 + Math.log(2 * Math.PI) - 0.25, 6)
    })
  })

  test('the mean of one probe over all signs is the trace, and a diagonal has no variance', () => {
    const probe = input('probe', [3, 2], 'float64')
    const divergences = (matrix: readonly number[], signs: readonly number[]): number[] =>
      numbers(fieldAt(linear(matrix), x, constant([0], [1], 'float64'), probe).divergence, {
        probe: [...signs, ...signs, ...signs],
      })
    const each = [
      [1, 1],
      [1, -1],
      [-1, 1],
      [-1, -1],
    ].map((signs) => divergences(A, signs)[0]!)
    expect(each[0]).toBeCloseTo(0.25 - 0.5, 12)
    expect(each.reduce((sum, value) => sum + value / 4, 0)).toBeCloseTo(0.25, 12)
    for (const signs of [
      [1, 1],
      [-1, 1],
    ]) {
      for (const value of divergences([0.5, 0, 0, -0.125], signs)) expect(value).toBe(0.375)
    }
    // a Gaussian probe: εᵀ A ε
    expect(divergences(A, [2, 0.5])[0]).toBeCloseTo(0.5 * 4 - 0.5 * 1 - 0.25 * 0.25, 12)
  })

  test('penalties are those of the closed form', () => {
    const [a, b] = [0.5, -0.25]
    const end = solve([a, 0, 0, b], 32)
    const kinetic = (rate: number, start: number): number => (rate * start ** 2 * (Math.exp(2 * rate) - 1)) / 2
    numbers(end.integrals.kinetic!).forEach((value, item) =>
      expect(value).toBeCloseTo(kinetic(a, points[2 * item]!) + kinetic(b, points[2 * item + 1]!), 6),
    )
    for (const value of numbers(end.integrals.jacobian!)) expect(value).toBeCloseTo(a * a + b * b, 12)
    const probe = constant([1, 1, 1, -1, 2, 0.5], [3, 2], 'float64')
    const probed = numbers(solve(A, 4, tableaux.rk4, probe).integrals.jacobian!)
    expect(probed[0]).toBeCloseTo((0.5 + 0.25) ** 2 + (-0.75 - 0.25) ** 2, 12)
    expect(probed[2]).toBeCloseTo((2 * 0.5 + 0.5 * 0.25) ** 2 + (2 * -0.75 - 0.5 * 0.25) ** 2, 12)
  })

  test('the loss is the cost in its unit, and the penalties per dimension', () => {
    const end = solve([0.5, 0, 0, -0.25], 8)
    const [cost, kinetic, jacobian] = [flowCost(end), end.integrals.kinetic!, end.integrals.jacobian!].map((each) =>
      numbers(each),
    )
    const options = { kinetic: 0.5, jacobian: 2, unit: 0.7, stretch: 3 }
    numbers(flowLoss(end, options).itemLoss).forEach((loss, i) =>
      expect(loss).toBeCloseTo(0.7 * (cost![i]! + 3) + 0.25 * kinetic![i]! + jacobian![i]!, 10),
    )
  })
})

describe('the logistic equation dx/dt = x (1 − x)', () => {
  // x₁ = x e / (1 − x + x e), and the divergence adds up to log dx₁/dx₀
  const start = [0.2, 0.5, 1.5]
  const at = input('x', [3, 1], 'float64')
  const errors = (steps: number, tableau: (typeof tableaux)[keyof typeof tableaux]) => {
    const end = solveGraph((value) => mul(value, sub(1, value)), at, gridTimes(steps, 'float64'), {
      tableau,
      wanted: ['divergence'],
    })
    const [state, divergence] = evaluate([end.x, end.integrals.divergence!], { x: start })
    const worst = (found: ArrayLike<number>, exact: (x: number) => number): number =>
      Math.max(...start.map((value, i) => Math.abs(found[i]! - exact(value))))
    return [
      worst(state.data, (v) => (v * Math.E) / (1 - v + v * Math.E)),
      worst(divergence.data, (v) => 1 - 2 * Math.log(1 - v + v * Math.E)),
    ]
  }

  test.each([
    ['euler', 2, 16],
    ['midpoint', 4, 8],
    ['rk4', 16, 8],
  ] as const)('halving the steps of %s divides errors of state and log-density by %i', (name, factor, steps) => {
    const [coarse, fine] = [errors(steps, tableaux[name]), errors(2 * steps, tableaux[name])]
    coarse.forEach((error, i) => {
      expect(error / fine[i]!).toBeGreaterThan(0.85 * factor)
      expect(error / fine[i]!).toBeLessThan(1.15 * factor)
    })
  })
})

/** e^A of a 2 × 2 matrix by its series. */
function exponential(A: readonly number[]): number[] {
  let [term, total] = [
    [1, 0, 0, 1],
    [1, 0, 0, 1],
  ]
  for (let n = 1; n < 30; n++) {
    const [a, b, c, d] = term as [number, number, number, number]
    term = [a * A[0]! + b * A[2]!, a * A[1]! + b * A[3]!, c * A[0]! + d * A[2]!, c * A[1]! + d * A[3]!].map(
      (v) => v / n,
    )
    total = total!.map((v, i) => v + term![i]!)
  }
  return total!
}
