/** The figures of the variational bound against closed forms. */
import { expect, test } from 'vitest'
import { namedSchedule } from '../../../src/diffusion/noise/index.ts'
import { bytesFigure } from '../../../src/lab/learn/chapters/elbo/bytes.ts'
import { gapsOf } from '../../../src/lab/learn/chapters/elbo/gap.ts'
import { limitFigure, stepSum } from '../../../src/lab/learn/chapters/elbo/limit.ts'
import { priorTerm } from '../../../src/lab/learn/chapters/elbo/start.ts'
import { stepFigure } from '../../../src/lab/learn/chapters/elbo/step.ts'
import { termsFigure } from '../../../src/lab/learn/chapters/elbo/terms.ts'
import { initialValues } from '../../../src/lab/learn/figure.ts'
import { normalDensity } from '../../../src/lab/learn/shared/curve.ts'

test('the terms add up, the bound is above the truth, and comes down with more levels', async () => {
  const at = async (levels: number) => (await termsFigure.show({ x0: 0.6, levels, variance: 'large' })).numbers
  const [few, many] = [await at(40), await at(400)]
  for (const { prior, sum, decoder, total } of [few, many] as Record<string, number>[]) {
    expect(prior! + sum! + decoder!).toBeCloseTo(total!, 9)
  }
  expect(few.gap).toBeGreaterThan(many.gap!)
  expect(many.gap).toBeGreaterThan(0)
  expect(many.gap).toBeLessThan(0.2)
})

test('a step’s divergence is the integral, and its three forms agree', async () => {
  for (const variance of ['small', 'large'] as const) {
    const { numbers } = await stepFigure.show({ t: 0.5, ratio: 0.8, error: 0.4, variance })
    const { beta, sigma, truth, mean } = numbers as Record<string, number>
    let integral = 0
    for (let x = -6; x <= 6; x += 1e-3) {
      const q = normalDensity(x, truth!, beta!)
      if (q > 1e-200) integral += 1e-3 * q * (Math.log(q) - Math.log(normalDensity(x, mean!, sigma!)))
    }
    expect(numbers.kl).toBeCloseTo(integral, 6)
    if (variance === 'small') expect(numbers.bySnr).toBeCloseTo(numbers.kl!, 9)
    expect(numbers.byNoise).toBeCloseTo(numbers.bySnr!, 9)
  }
})

test('the price of the start is a divergence of two Gaussians', async () => {
  for (const name of ['cosine', 've'] as const) {
    const schedule = namedSchedule(name)
    const [alpha, sigma] = [schedule.alpha(0.7), schedule.sigma(0.7)]
    const scale = alpha ** 2 + sigma ** 2
    let integral = 0
    const h = sigma / 500
    for (let x = alpha * 1.2 - 9 * sigma; x <= alpha * 1.2 + 9 * sigma; x += h) {
      const q = normalDensity(x, alpha * 1.2, sigma ** 2)
      integral += h * q * Math.log(q / normalDensity(x, 0, scale))
    }
    expect(await priorTerm(name, 0.7, 1.2)).toBeCloseTo(integral, 6)
  }
})

test('the probabilities of bytes add up to one, far away from the mean too', async () => {
  for (const mean of [-1.2, 0, 1.2]) {
    const { numbers } = await bytesFigure.show({
      ...initialValues(bytesFigure),
      mean,
      sigma: 0.01,
      count: 64,
      value: 0,
    })
    expect(numbers.total).toBeCloseTo(1, 9)
    expect(Number.isFinite(numbers.log)).toBe(true)
  }
  const { numbers } = await bytesFigure.show({
    ...initialValues(bytesFigure),
    mean: 2 * 0.6,
    sigma: 0.05,
    count: 16,
    value: 1,
  })
  expect(numbers.edge).toBeCloseTo(1, 6)
})

test('the sum over steps tends to one integral on every schedule', async () => {
  const { numbers } = await limitFigure.show({ schedule: 'cosine', steps: 128 })
  for (const name of ['cosine', 'vp', 'rectified-flow'] as const) {
    const { integral } = (await limitFigure.show({ schedule: name, steps: 2 })).numbers
    expect(integral).toBeCloseTo(numbers.integral!, 6)
    const [coarse, fine] = [100, 400].map((steps) => Math.abs(stepSum(namedSchedule(name), steps) - integral!))
    expect(fine).toBeLessThan(coarse! / 2)
  }
})

test('the best variance has the smallest gap, and every gap is above zero', async () => {
  const { small, large, best } = await gapsOf(12, 0.9)
  expect(best).toBeGreaterThan(0)
  expect(best).toBeLessThan(Math.min(small, large))
  expect((await gapsOf(32, 0.9)).best).toBeLessThan(best)
})
