/** The figures of the differential equations against closed forms. */
import { expect, test } from 'vitest'
import { gaussianDenoiser, mixtureDenoiser } from '../../../src/diffusion/denoise/index.ts'
import { vpSchedule } from '../../../src/diffusion/noise/index.ts'
import { adaptiveOde, finalVariance, reverseSde, uniformTimes } from '../../../src/diffusion/sample/index.ts'
import { correctedSamples, correctorFigure, errorOf } from '../../../src/lab/learn/chapters/sde/corrector.ts'
import { flowFigure } from '../../../src/lab/learn/chapters/sde/flow.ts'
import { forwardFigure } from '../../../src/lab/learn/chapters/sde/forward.ts'
import { likelihoodFigure } from '../../../src/lab/learn/chapters/sde/likelihood.ts'
import { reverseFigure } from '../../../src/lab/learn/chapters/sde/reverse.ts'
import { trainingFigure } from '../../../src/lab/learn/chapters/sde/training.ts'
import { initialValues } from '../../../src/lab/learn/figure.ts'
import { distanceTo, twoModes } from '../../../src/lab/learn/shared/line.ts'
import { record } from '../../../src/lab/learn/shared/paths.ts'
import { normalPoints, spreadData } from '../../../src/lab/learn/shared/spread.ts'

test('mean and variance obey m′ = f m and V′ = 2 f V + g²', async () => {
  const h = 0.02
  for (const equation of ['vp', 'sub-vp', 've'] as const) {
    const at = async (t: number) => (await forwardFigure.show({ equation, x0: 1.5, t, seed: 0 })).numbers
    const [before, now, after] = [await at(0.5 - h), await at(0.5), await at(0.5 + h)]
    const rate = (name: 'mean' | 'variance') => (after[name]! - before[name]!) / (2 * h)
    expect(Math.abs(rate('mean') - now.drift! * now.mean!)).toBeLessThan(0.02)
    const wanted = 2 * now.drift! * now.variance! + now.diffusion!
    expect(Math.abs(rate('variance') - wanted)).toBeLessThan(0.02 * Math.max(1, wanted))
  }
})

test('whatever η, the reverse equation ends in the marginal', async () => {
  for (const eta of [0, 0.5, 1]) {
    const times = uniformTimes(400, { to: 0.1 })
    const { variance, exact } = await finalVariance(reverseSde({ eta }), vpSchedule(), times, 0.3)
    expect(Math.abs(variance - exact)).toBeLessThan(0.02)
    const { numbers } = await reverseFigure.show({ ...initialValues(reverseFigure), eta, steps: 200 })
    expect(numbers.distance).toBeLessThan(0.12)
  }
})

test('from one start the flow has one end, and noise has both modes', async () => {
  const values = { ...initialValues(reverseFigure), from: 'one', start: -0.3 } as const
  expect([0, 1]).toContain((await reverseFigure.show({ ...values, eta: 0 })).numbers.left)
  const { left } = (await reverseFigure.show({ ...values, eta: 1 })).numbers
  expect(left).toBeGreaterThan(0.1)
  expect(left).toBeLessThan(0.9)
})

test('the flow keeps the marginal of a Gaussian: mean and variance', async () => {
  const denoiser = gaussianDenoiser({ schedule: vpSchedule(), mean: [0.7], covariance: 0.2 })
  const [alpha, sigma] = [vpSchedule().alpha(0.3), vpSchedule().sigma(0.3)]
  const from = Math.hypot(vpSchedule().alpha(1) * Math.sqrt(0.2), vpSchedule().sigma(1))
  const x = normalPoints(50).map((z) => vpSchedule().alpha(1) * 0.7 + from * z)
  const { states } = await record(denoiser, {
    sampler: adaptiveOde({ relative: 1e-8, absolute: 1e-8 }),
    times: [1, 0.3],
    x,
  })
  const to = Math.hypot(alpha * Math.sqrt(0.2), sigma)
  states
    .at(-1)!
    .forEach((value, i) =>
      expect(value).toBeCloseTo(alpha * 0.7 + (to * (x[i]! - vpSchedule().alpha(1) * 0.7)) / from, 5),
    )
})

test('both forms of the velocity agree, and a tighter tolerance takes more steps', async () => {
  const values = initialValues(flowFigure)
  const loose = (await flowFigure.show({ ...values, tolerance: -2, t: 0.3 })).numbers
  const tight = (await flowFigure.show({ ...values, tolerance: -6, t: 0.3 })).numbers
  expect(loose.byScore).toBeCloseTo(loose.byGuesses!, 9)
  expect(loose.vx).toBeCloseTo(loose.byGuesses!, 9)
  expect(tight.steps).toBeGreaterThan(loose.steps!)
})

test('the likelihood along the path is the density', async () => {
  for (const point of [
    [0.3, -0.2],
    [-1.4, 1.1],
  ] as const) {
    const { numbers } = await likelihoodFigure.show({ steps: 60, point: [point] })
    expect(numbers.found).toBeCloseTo(numbers.truth!, 2)
    expect(numbers.end! + numbers.integral!).toBeCloseTo(numbers.found!, 9)
    expect(numbers.end).toBeCloseTo(logEnd(point), 1)
  }
})

/** log p₁ of the path's end is at most that of the middle of N(0, I). */
function logEnd(point: readonly [number, number]): number {
  const law = mixtureDenoiser({
    schedule: vpSchedule(),
    components: [
      { mean: [-1, 0], covariance: 0.3 },
      { mean: [1, 0.5], covariance: [0.4, 0.2] },
    ],
  })
  // independent of the figure: Euler steps of the flow upwards, many of them
  const schedule = vpSchedule()
  let t = schedule.timeOfLogSnr(10)
  const x = Float64Array.of(schedule.alpha(t) * point[0], schedule.alpha(t) * point[1])
  while (t < 1) {
    const h = Math.min(1e-3 * Math.max(0.05, t), 1 - t)
    const mean = law.denoise(x, t)
    for (let i = 0; i < 2; i++) {
      const noise = (x[i]! - schedule.alpha(t) * mean[i]!) / schedule.sigma(t)
      x[i]! += h * (schedule.alphaRate(t) * mean[i]! + schedule.sigmaRate(t) * noise)
    }
    t += h
  }
  return law.logDensity(x, 1)[0]!
}

test('drawn by importance, times leave a flat weight', async () => {
  const [a, b] = [0.05, 0.9].map(async (t) => (await trainingFigure.show({ t, law: 'importance' })).numbers)
  expect((await a!).left).toBeCloseTo((await b!).left!, 6)
  expect((await trainingFigure.show({ t: 0.05, law: 'uniform' })).numbers.left).toBeCloseTo((await a!).weight!, 9)
})

test('corrections bring samples closer to their law', async () => {
  const error = async (corrections: number) => errorOf(await correctedSamples(8, corrections, 0.3))
  expect(await error(4)).toBeLessThan((await error(0)) / 2)
  const { numbers } = await correctorFigure.show(initialValues(correctorFigure))
  expect(numbers.delta).toBeCloseTo(2 * (0.3 * (numbers.z! / numbers.score!)) ** 2, 12)
})

test('the distance of a law from itself is small, and of a shifted one the shift', () => {
  const data = spreadData(twoModes, 400)
  expect(distanceTo(twoModes, data)).toBe(0)
  expect(
    distanceTo(
      twoModes,
      data.map((x) => x + 0.5),
    ),
  ).toBeCloseTo(0.5, 9)
})
