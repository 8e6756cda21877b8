/** The figures of continuous flows against closed forms. */
import { describe, expect, test } from 'vitest'
import { mixtureDenoiser } from '../../../src/diffusion/denoise/index.ts'
import { rectifiedFlow } from '../../../src/diffusion/noise/index.ts'
import { straightField, twoGroups } from '../../../src/lab/learn/chapters/continuous-flows/field.ts'
import { partsOf, pathsOf, rates } from '../../../src/lab/learn/chapters/continuous-flows/path.ts'
import { spiral } from '../../../src/lab/learn/chapters/continuous-flows/penalties.ts'
import { errorOf } from '../../../src/lab/learn/chapters/continuous-flows/solver.ts'
import { estimates, jacobianOf, probesOf } from '../../../src/lab/learn/chapters/continuous-flows/trace.ts'
import { deviationOf, meanOf } from '../../../src/lab/learn/shared/series.ts'

describe('the field of straight lines', () => {
  test('of one Gaussian is linear: v = ((t − (1 − t) s²) (x − (1 − t) m)/((1 − t)² s² + t²)) − m', () => {
    const [m, s2, t, x] = [0.4, 0.3, 0.35, 0.9]
    const gaussian = mixtureDenoiser({ schedule: rectifiedFlow(), components: [{ mean: [m], covariance: s2 }] })
    const { slope, divergence } = straightField(gaussian).slopeAndDivergence(Float64Array.of(x), t) as {
      slope: Float64Array
      divergence: Float64Array
    }
    const gain = (t - (1 - t) * s2) / ((1 - t) ** 2 * s2 + t ** 2)
    expect(slope[0]).toBeCloseTo(gain * (x - (1 - t) * m) - m, 9)
    expect(divergence[0]).toBeCloseTo(gain, 9)
  })

  test('has the divergence that differences have', () => {
    const field = straightField(twoGroups(0.1))
    const at = (x: number, t: number) => (field.slope(Float64Array.of(x), t) as Float64Array)[0]!
    for (const t of [0.2, 0.5, 0.9]) {
      const { divergence } = field.slopeAndDivergence(Float64Array.of(0.3), t) as { divergence: Float64Array }
      expect(divergence[0]).toBeCloseTo((at(0.3 + 1e-5, t) - at(0.3 - 1e-5, t)) / 2e-5, 4)
    }
  })
})

describe('along a path', () => {
  test.each([-1.5, 0.1, 0.8])('from %f the density is that of the data', async (x) => {
    const { log, exact, white, integral } = await partsOf(x)
    expect(Math.abs(log - exact)).toBeLessThan(2e-3)
    expect(white + integral).toBeCloseTo(log, 12)
  })

  test('log p_t falls by the divergence', async () => {
    for (const { divergence, slope, t } of rates(await pathsOf(Float64Array.of(0.8)))) {
      if (t > 0.05) expect(Math.abs(divergence - slope)).toBeLessThan(0.02)
    }
  })
})

describe('Hutchinson’s estimate', () => {
  test('by signs is exact for a diagonal, and for a rotation', () => {
    for (const matrix of [jacobianOf(0.6, 0, 0), jacobianOf(0.6, 0.8, 1)]) {
      const { exact, found } = estimates(matrix, probesOf().signs)
      expect(exact).toBeCloseTo(matrix[0]! + matrix[5]! + matrix[10]! + matrix[15]!, 5)
      for (const each of found) expect(each).toBeCloseTo(exact, 5)
    }
  })

  test('varies by Σ_{i<j} (a_ij + a_ji)² with signs, by 2 ‖S‖² with normal numbers', () => {
    const matrix = jacobianOf(0.6, 0.4, 0.3)
    let [signs, all] = [0, 0]
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) {
        const both = (matrix[4 * i + j]! + matrix[4 * j + i]!) / 2
        all += 2 * both ** 2
        if (i < j) signs += (2 * both) ** 2
      }
    }
    const found = [probesOf().signs, probesOf().normal].map((probes) => estimates(matrix, probes).found)
    expect(Math.abs(deviationOf(found[0]!) / Math.sqrt(signs) - 1)).toBeLessThan(0.1)
    expect(Math.abs(deviationOf(found[1]!) / Math.sqrt(all) - 1)).toBeLessThan(0.2)
  })
})

test('errors of log p fall by the order of the method', async () => {
  const ratio = async (name: 'euler' | 'midpoint' | 'rk4') =>
    (await errorOf(name, 32, 0.1)) / (await errorOf(name, 64, 0.1))
  expect(await ratio('euler')).toBeGreaterThan(1.6)
  expect(await ratio('midpoint')).toBeGreaterThan(3.2)
  expect(await ratio('rk4')).toBeGreaterThan(9)
})

test('turning costs energy and no likelihood', () => {
  const [still, turning] = [spiral(0), spiral(2)]
  const growth = -Math.log(0.4)
  const exact = (r: number) => 0.5 * r ** 2 + Math.log(2 * Math.PI * 0.16)
  for (const { cost } of [still, turning]) {
    expect(cost[0]).toBeCloseTo(exact(1), 3)
    expect(cost[15]).toBeCloseTo(exact(2), 3)
  }
  expect(still.jacobian).toBeCloseTo(growth ** 2, 5)
  expect(turning.jacobian).toBeCloseTo(growth ** 2 + 4, 5)
  // ∫ ‖v‖² = (g² + ω²) ‖x₀‖² (e^{2g} − 1)/(2g), with a mean of ‖x₀‖² of 2.5 σ²
  const along = (2.5 * 0.16 * (Math.exp(2 * growth) - 1)) / (2 * growth)
  expect(still.kinetic).toBeCloseTo((growth ** 2 * along) / 2, 3)
  expect(turning.kinetic).toBeCloseTo(((growth ** 2 + 4) * along) / 2, 2)
  expect(meanOf(turning.cost)).toBeCloseTo(meanOf(still.cost), 3)
})
