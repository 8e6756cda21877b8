/** Draws of rows where the denoiser is exact: the law, and conditional laws given some cells. */
import { describe, expect, test } from 'vitest'
import {
  conditionNormal,
  emptyRows,
  exactMixedDenoiser,
  given,
  mixedProcess,
  missing,
  sampleMixed,
  usualMixedSpec,
} from '../../../src/diffusion/mixed/index.ts'
import { components, momentsOf } from './laws.ts'

const count = 2000
const kernels = ['absorbing', 'uniform'] as const

describe.each(kernels)('with the kernel %s', (kernel) => {
  const process = mixedProcess(usualMixedSpec(kernel), 2, [3])
  const denoiser = exactMixedDenoiser(process, components)

  test('rows have the law', async () => {
    const rows = await sampleMixed(denoiser, emptyRows(process, count), { steps: 10, seed: 3 })
    const total = components.reduce((sum, { weight }) => sum + weight, 0)
    components.forEach(({ weight, mean, covariance }, k) => {
      const own = [...rows.categories.keys()].filter((row) => rows.categories[row] === k)
      // three standard errors of a share
      expect(Math.abs(own.length / count - weight / total)).toBeLessThan(0.03)
      const found = momentsOf(own.map((row) => [rows.numbers[2 * row]!, rows.numbers[2 * row + 1]!]))
      found.mean.forEach((value, i) => expect(Math.abs(value - mean[i]!)).toBeLessThan(0.1))
      found.covariance.forEach((row, i) =>
        row.forEach((value, j) => expect(Math.abs(value - covariance[i]![j]!)).toBeLessThan(0.07)),
      )
    })
  })

  test('given a number, a category has its conditional law', async () => {
    const rows = emptyRows(process, count)
    for (let row = 0; row < count; row++) {
      rows.numbers[2 * row] = -0.4
      rows.cells[3 * row] = given
      rows.cells[3 * row + 1] = missing
    }
    const drawn = await sampleMixed(denoiser, rows, { steps: 10, seed: 4 })
    const densities = components.map(({ weight, mean, covariance }) => {
      const [variance] = covariance[0] as [number]
      return (weight / Math.sqrt(variance)) * Math.exp(-((-0.4 - mean[0]!) ** 2) / (2 * variance))
    })
    const total = densities.reduce((sum, each) => sum + each, 0)
    const distance = densities.reduce((sum, density, k) => {
      const share = drawn.categories.filter((category) => category === k).length / count
      return sum + Math.abs(share - density / total) / 2
    }, 0)
    expect(distance).toBeLessThan(0.035)
    expect(new Set(Array.from({ length: count }, (_, row) => drawn.numbers[2 * row]))).toEqual(new Set([-0.4]))
  })
})

describe('a normal law of three numbers', () => {
  const covariance = [
    [1, 0.6, 0.3],
    [0.6, 1, -0.2],
    [0.3, -0.2, 1],
  ]
  const process = mixedProcess(usualMixedSpec(), 3, [])
  const denoiser = exactMixedDenoiser(process, [{ weight: 1, categories: [], mean: [0.2, 0, -0.1], covariance }])
  const rows = emptyRows(process, count)
  for (let row = 0; row < count; row++) {
    rows.numbers[3 * row + 1] = 1.2
    rows.cells[3 * row + 1] = given
  }
  // by the formula of the conditional law: μ₁ + Σ₁₂/Σ₂₂ (x − μ₂), Σ₁₁ − Σ₁₂²/Σ₂₂
  const means = [0.2 + 0.6 * 1.2, -0.1 - 0.2 * 1.2]
  const [own, both, other] = [1 - 0.36, 0.3 + 0.12, 1 - 0.04]

  test.each([
    ['evidence', { steps: 10 }],
    ['noise of DDPM', { eta: 1, steps: 90 }],
  ] as const)('given one of them, has the conditional law: %s', async (_, how) => {
    const drawn = await sampleMixed(denoiser, rows, { ...how, seed: 5 })
    const { mean, covariance: found } = momentsOf(
      Array.from({ length: count }, (_, row) => [drawn.numbers[3 * row]!, drawn.numbers[3 * row + 2]!]),
    )
    expect(Math.abs(mean[0]! - means[0]!)).toBeLessThan(0.06)
    expect(Math.abs(mean[1]! - means[1]!)).toBeLessThan(0.06)
    expect(Math.abs(found[0]![0]! - own)).toBeLessThan(0.07)
    expect(Math.abs(found[0]![1]! - both)).toBeLessThan(0.07)
    expect(Math.abs(found[1]![1]! - other)).toBeLessThan(0.09)
    expect(drawn.numbers[1]).toBe(1.2)
  })

  test('conditionNormal is that formula', () => {
    const seen = [0, 1, 2].map((i) => ({
      value: i === 1 ? 1.2 : 0,
      factor: Number(i === 1),
      variance: i === 1 ? 0 : 1,
    }))
    const law = conditionNormal({ mean: [0.2, 0, -0.1], covariance }, seen)
    expect(law.mean[0]).toBeCloseTo(means[0]!, 12)
    expect(law.mean[2]).toBeCloseTo(means[1]!, 12)
    expect(law.covariance[0]![2]).toBeCloseTo(both, 12)
  })
})

test('a row depends on its number, and not on its batch', async () => {
  const process = mixedProcess(usualMixedSpec(), 2, [3])
  const denoiser = exactMixedDenoiser(process, components)
  const all = await sampleMixed(denoiser, emptyRows(process, 4), { steps: 3, seed: 1 })
  const last = await sampleMixed(denoiser, emptyRows(process, 1), { steps: 3, seed: 1, firstItem: 3 })
  expect([...last.numbers]).toEqual([...all.numbers.subarray(6)])
  expect(last.categories[0]).toBe(all.categories[3])
})

test('steps and rows that make no sense are refused', async () => {
  const process = mixedProcess(usualMixedSpec(), 2, [3])
  const denoiser = exactMixedDenoiser(process, components)
  await expect(sampleMixed(denoiser, emptyRows(process, 1), { steps: 0 })).rejects.toThrow('steps: 0')
  const strange = emptyRows(process, 1)
  strange.cells[2] = given
  strange.categories[0] = 3
  await expect(sampleMixed(denoiser, strange)).rejects.toThrow('category 3 of row 0: column 0 has 3')
  const half = { ...emptyRows(process, 1), numbers: new Float64Array(1) }
  await expect(sampleMixed(denoiser, half)).rejects.toThrow('no whole rows of 2 and 1')
  expect(() => mixedProcess({ ...usualMixedSpec(), noise: { schedule: 've' } }, 1, [])).toThrow('α² + σ²')
  expect(() => mixedProcess(usualMixedSpec(), 0, [])).toThrow('rows without a cell')
  expect(() => mixedProcess(usualMixedSpec(), 0, [1])).toThrow('1 categories')
  expect(() => exactMixedDenoiser(process, [{ weight: 1, categories: [], mean: [0], covariance: [[1]] }])).toThrow(
    'a component of 1 numbers',
  )
})
