/** The figures of score matching against closed forms. */
import { expect, test } from 'vitest'
import { denoisingFigure } from '../../../src/lab/learn/chapters/score-matching/denoising.ts'
import { emptyFigure } from '../../../src/lab/learn/chapters/score-matching/empty.ts'
import { fieldFigure, mixtureAt } from '../../../src/lab/learn/chapters/score-matching/field.ts'
import { lossesAt } from '../../../src/lab/learn/chapters/score-matching/losses.ts'
import { correlated, probesFigure } from '../../../src/lab/learn/chapters/score-matching/probes.ts'
import { bestLoss } from '../../../src/lab/learn/chapters/score-matching/weights.ts'
import { initialValues } from '../../../src/lab/learn/figure.ts'
import { timeOfSigma } from '../../../src/lab/learn/shared/levels.ts'
import { fitBumps } from '../../../src/lab/learn/shared/ridge.ts'

test('the score is the gradient of the log density, and Tweedie’s arrow', async () => {
  const values = initialValues(fieldFigure)
  const { numbers } = await fieldFigure.show(values)
  const logDensity = (x: number, y: number): number =>
    mixtureAt(values.means).logDensity(Float64Array.of(x, y), timeOfSigma(values.sigma))[0]!
  const [x, y] = values.at[0]!
  const h = 1e-5
  expect(numbers.scoreX).toBeCloseTo((logDensity(x + h, y) - logDensity(x - h, y)) / (2 * h), 6)
  expect(numbers.scoreY).toBeCloseTo((logDensity(x, y + h) - logDensity(x, y - h)) / (2 * h), 6)
  expect(numbers.meanX).toBeCloseTo(x + values.sigma ** 2 * numbers.scoreX!, 9)
})

test('the four losses differ by constants, to the scatter of their draws', async () => {
  const [at, truth] = [await lossesAt(0.7), await lossesAt(1)]
  expect(truth.fisher).toBe(0)
  for (const name of ['explicit', 'sliced', 'denoising'] as const)
    expect(Math.abs(at[name] - truth[name] - at.fisher)).toBeLessThan(0.12)
  expect(at.fisher).toBeGreaterThan(0.1)
  expect(truth.denoising).toBeGreaterThan(0.2)
})

test('one random direction has the variance that theory says: signs spare the diagonal', async () => {
  const [d, correlation, sigma] = [6, 0.4, 1]
  const { numbers } = await probesFigure.show({ d, correlation, sigma })
  // ∂s/∂x of N(0, C) under noise is −(C + σ² I)⁻¹, column by column from finite differences of the exact mean
  const denoiser = correlated(d, correlation)
  const t = timeOfSigma(sigma)
  let [square, diagonal, trace] = [0, 0, 0]
  for (let j = 0; j < d; j++) {
    const unit = Float64Array.from({ length: d }, (_, i) => (i === j ? 1 : 0))
    const mean = await denoiser.denoise(unit, t)
    for (let i = 0; i < d; i++) {
      const entry = (mean[i]! - unit[i]!) / sigma ** 2
      square += entry ** 2
      if (i === j) [diagonal, trace] = [diagonal + entry ** 2, trace + entry]
    }
  }
  expect(numbers.exact).toBeCloseTo(trace, 9)
  expect(Math.abs(numbers.normalDeviation! / Math.sqrt(2 * square) - 1)).toBeLessThan(0.15)
  expect(Math.abs(numbers.signsDeviation! / Math.sqrt(2 * (square - diagonal)) - 1)).toBeLessThan(0.15)
  const { numbers: independent } = await probesFigure.show({ d, correlation: 0, sigma })
  expect(independent.signsDeviation).toBeLessThan(1e-6)
})

test('the mean of the targets near a point is the score there', async () => {
  const { numbers } = await denoisingFigure.show(initialValues(denoisingFigure))
  expect(Math.abs(numbers.meanX! - numbers.scoreX!)).toBeLessThan(0.25)
  expect(Math.abs(numbers.meanY! - numbers.scoreY!)).toBeLessThan(0.25)
  // one data point alone: every target near x is (data − x)/σ² but for the width of the window, and the best loss is 0
  const { numbers: one } = await denoisingFigure.show({ sigma: 0.5, data: [[0.5, 0.2]], at: [[0.2, 0.1]] })
  expect(one.scoreX).toBeCloseTo(0.3 / 0.25, 9)
  expect(one.constant).toBeCloseTo(0, 12)
})

test('a learnt score errs where there were no data, and noise fills the plane', async () => {
  const values = initialValues(emptyFigure)
  const [faint, loud] = [
    await emptyFigure.show({ ...values, sigma: 0.3 }),
    await emptyFigure.show({ ...values, sigma: 2.5 }),
  ]
  expect(faint.numbers.ratio).toBeGreaterThan(10)
  expect(loud.numbers.anywhere).toBeLessThan(faint.numbers.anywhere! / 20)
})

test('least squares finds a field that it can express', () => {
  const centres = [0, 0, 1, 0, 0, 1]
  const truth = (x: number, y: number) => 2 * Math.exp(-(x ** 2 + y ** 2) / 2) - Math.exp(-((x - 1) ** 2 + y ** 2) / 2)
  const points = Array.from({ length: 40 }, (_, i) => Math.sin(1.7 * i + (i % 2)))
  const targets = points.map((_, i) => (i % 2 === 0 ? truth(points[i]!, points[i + 1]!) : 0))
  const at = fitBumps(points, targets, centres, 1, 1e-9).at([0.3, -0.2])
  expect(at[0]).toBeCloseTo(truth(0.3, -0.2), 5)
  expect(at[1]).toBeCloseTo(0, 5)
})

test('what a true score leaves: far from data all of it is signal, near data it is the noise of one mode', () => {
  // one Gaussian of variance c alone has Var[x₀ | x] = c σ²/(c + σ²); at small σ the modes are apart
  expect(bestLoss(0.05)).toBeCloseTo(0.05 / (0.05 + 0.05 ** 2) / 0.05 ** 2, 4)
})
