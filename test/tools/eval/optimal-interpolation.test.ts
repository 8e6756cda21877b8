/** Optimal interpolation in closed form, and baselines of fields that are known. */
import { describe, expect, test } from 'vitest'
import { createTrajectory } from '../../../src/files/data/trajectory.ts'
import { fieldBaselines } from '../../../src/tools/eval/field-baselines.ts'
import { optimalInterpolation } from '../../../src/tools/eval/optimal-interpolation.ts'

describe('optimal interpolation', () => {
  test('of two points with variances 4 and 1 and covariance 1, the first one seen', () => {
    // anomalies whose sample covariance is exactly [[4, 1], [1, 1]]
    const root = Math.sqrt(3)
    const states = [2, 0.5 + root / 2, 2, 0.5 - root / 2, -2, -0.5 + root / 2, -2, -0.5 - root / 2]
    const { analysis, sigma } = optimalInterpolation(states, 2, [0], 1)
    const [first, second] = analysis([5])
    expect(first).toBeCloseTo((4 / 5) * 5, 12)
    expect(second).toBeCloseTo((1 / 5) * 5, 12)
    expect(sigma[0]! ** 2).toBeCloseTo(4 - 16 / 5, 12)
    expect(sigma[1]! ** 2).toBeCloseTo(1 - 1 / 5, 12)
  })
  test('several places that are seen exactly are reproduced', () => {
    const states = [1, 0, 0, 0, 2, 0, 0, 0, 3, -1, -2, -3, 1, 2, 0]
    const { analysis } = optimalInterpolation(states, 3, [0, 2], 1e-6)
    const [a, , c] = analysis([0.7, -0.4])
    expect(a).toBeCloseTo(0.7, 6)
    expect(c).toBeCloseTo(-0.4, 6)
  })
})

test('climatology knows the hour, persistence the change, interpolation what is seen', () => {
  const day = 86_400
  const length = 8
  const states = (sign: number): Float32Array =>
    Float32Array.from({ length: 2 * length }, (_, i) => {
      const [t, point] = [Math.floor(i / 2), i % 2]
      // by the time of day 10, 20, 30, 40; and a day that is 1 warmer or colder everywhere
      return 10 * ((t % 4) + 1) + (t < 4 ? sign : -sign) + point
    })
  const made = (name: string, start: number, sign: number) =>
    createTrajectory({
      name,
      variables: [{ name: 't' }],
      grid: [1, 2],
      states: states(sign),
      times: Float64Array.from({ length }, (_, i) => start + (i * day) / 4),
      step: day / 4,
      dated: true,
    })
  const [train, truth] = [made('train', 0, 1), made('truth', 2 * day, -2)]
  const values = Float64Array.from({ length }, (_, t) => truth.states[2 * t]!)
  const found = fieldBaselines(train, truth, { places: [0], values, sigma: [1e-3] })
  expect(found.climatology[0]).toBeCloseTo(2, 5)
  expect(found.interpolation[0]).toBeCloseTo(0, 4)
  // steps of 10, and once −30 with a change of 4
  expect(found.persistence[0]).toBeCloseTo(Math.sqrt((6 * 100 + (-30 + 4) ** 2) / 7), 4)
})
