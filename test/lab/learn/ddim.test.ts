/** The figures of DDIM against closed forms. */
import { expect, test } from 'vitest'
import { gaussianDenoiser } from '../../../src/diffusion/denoise/index.ts'
import { cosineSchedule, transition } from '../../../src/diffusion/noise/index.ts'
import { clippedFigure } from '../../../src/lab/learn/chapters/ddim/clipped.ts'
import { etaFigure } from '../../../src/lab/learn/chapters/ddim/eta.ts'
import { familyFigure, stepWeights } from '../../../src/lab/learn/chapters/ddim/family.ts'
import { levelFigure, levelGrid } from '../../../src/lab/learn/chapters/ddim/level.ts'
import { roundTripFigure } from '../../../src/lab/learn/chapters/ddim/round-trip.ts'
import { slerpFigure } from '../../../src/lab/learn/chapters/ddim/slerp.ts'
import { sequencesFigure } from '../../../src/lab/learn/chapters/ddim/sub-sequences.ts'
import { initialValues } from '../../../src/lab/learn/figure.ts'

const schedule = cosineSchedule()

test('whatever η, the earlier state has the marginal; η = 1 is the posterior', async () => {
  const [t, s, x0] = [0.6, 0.36, 0.8]
  for (const eta of [0, 0.3, 1]) {
    const { x, data, c } = stepWeights(t, s, eta)
    expect(x * schedule.alpha(t) * x0 + data * x0).toBeCloseTo(schedule.alpha(s) * x0, 12)
    expect((x * schedule.sigma(t)) ** 2 + c ** 2).toBeCloseTo(schedule.sigma(s) ** 2, 12)
    const { numbers } = await familyFigure.show({ eta, t, ratio: 0.6, x0 })
    expect(numbers.c! ** 2 + numbers.along! ** 2).toBeCloseTo(numbers.variance!, 12)
  }
  const { posterior } = transition(schedule, s, t)
  const { x, data, c } = stepWeights(t, s, 1)
  expect([x, data, c ** 2].map((value, i) => value - [posterior.x, posterior.sample, posterior.variance][i]!)).toEqual(
    [0, 0, 0].map(() => expect.closeTo(0, 12)),
  )
})

test('the numbers of the step add up to where it leads', async () => {
  for (const eta of [0, 0.7]) {
    const { numbers } = await etaFigure.show({ ...initialValues(etaFigure), eta })
    const { alphaS, mean, along, noise, c, z, next } = numbers as Record<string, number>
    expect(alphaS! * mean! + along! * noise! + c! * z!).toBeCloseTo(next!, 9)
  }
})

test('more steps come closer, and leading levels leave out the noisiest', async () => {
  const distance = async (sequence: 'uniform', steps: number) =>
    (await sequencesFigure.show({ sequence, steps })).numbers.distance!
  expect(await distance('uniform', 50)).toBeLessThan((await distance('uniform', 4)) / 2)
  const first = async (sequence: 'leading' | 'trailing') =>
    (await sequencesFigure.show({ sequence, steps: 10 })).numbers.first
  expect(await first('trailing')).toBe(1)
  // levels 0, 100 … 900 of a thousand, so the noisiest lies at time 901/1000
  expect(await first('leading')).toBeCloseTo(0.901, 12)
})

test('in the noise level the steps are Euler’s, and halve the error on a Gaussian whose flow is known', async () => {
  const values = { ...initialValues(levelFigure), law: 'gaussian', start: 1.7 } as const
  const { numbers } = await levelFigure.show(values)
  expect(numbers.yNext).toBeCloseTo(numbers.euler!, 9)
  const gaussian = gaussianDenoiser({ schedule, mean: [0.4], covariance: 0.05 })
  const [from, to] = [levelGrid(1)[0]!, levelGrid(1)[1]!]
  const exact = gaussian.flow(Float64Array.of(1.7 * schedule.alpha(from)), from, to)[0]! / schedule.alpha(to)
  expect(numbers.end).toBeCloseTo(exact, 5)
  const error = async (steps: number, sampler: 'ddim' | 'heun') =>
    (await levelFigure.show({ ...values, steps, sampler })).numbers.error!
  expect(Math.abs(Math.log2((await error(16, 'ddim')) / (await error(32, 'ddim'))) - 1)).toBeLessThan(0.35)
  expect(await error(32, 'heun')).toBeLessThan((await error(32, 'ddim')) / 4)
})

test('encoding and decoding come back, the better the more steps', async () => {
  const values = initialValues(roundTripFigure)
  const error = async (steps: number, sampler: 'ddim' | 'rk4') =>
    (await roundTripFigure.show({ ...values, steps, sampler })).numbers.error!
  expect(await error(100, 'ddim')).toBeLessThan((await error(12, 'ddim')) / 3)
  expect(await error(60, 'rk4')).toBeLessThan(1e-2)
})

test('the arc keeps the length; the straight line loses √2 in many dimensions', async () => {
  const { numbers } = await slerpFigure.show({ ...initialValues(slerpFigure), d: 1024, u: 0.5 })
  expect(Math.abs(numbers.arc! - 1)).toBeLessThan(0.05)
  expect(Math.abs(numbers.straight! - Math.SQRT1_2)).toBeLessThan(0.05)
  const { numbers: end } = await slerpFigure.show({ ...initialValues(slerpFigure), u: 0 })
  // u = 0 is the first data point, encoded and decoded
  expect(Math.hypot(end.x! + 1.4, end.y! - 0.2)).toBeLessThan(0.25)
})

test('state, clipped mean and noise agree when the direction comes from the mean', async () => {
  const values = { ...initialValues(clippedFigure), limit: 0.6 }
  expect((await clippedFigure.show(values)).numbers.difference).toBeCloseTo(0, 12)
  expect(Math.abs((await clippedFigure.show({ ...values, direction: 'network' })).numbers.difference!)).toBeGreaterThan(
    0.01,
  )
})
