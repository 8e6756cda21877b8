/** The figures of the forward process against closed forms. */
import { expect, test } from 'vitest'
import { cosineSchedule, vpSchedule } from '../../../src/diffusion/noise/index.ts'
import { jumpFigure } from '../../../src/lab/learn/chapters/forward-process/jump.ts'
import { posteriorFigure } from '../../../src/lab/learn/chapters/forward-process/posterior.ts'
import { schedulesFigure } from '../../../src/lab/learn/chapters/forward-process/schedules.ts'
import { lawOfSteps, smallStepsFigure } from '../../../src/lab/learn/chapters/forward-process/small-steps.ts'
import { stepsFigure } from '../../../src/lab/learn/chapters/forward-process/steps.ts'
import { tableFigure } from '../../../src/lab/learn/chapters/forward-process/table.ts'
import { initialValues, type Shown } from '../../../src/lab/learn/figure.ts'
import { normalDensity } from '../../../src/lab/learn/shared/curve.ts'

test('the mean square of jumped points is what signal and noise add up to', async () => {
  for (const t of [0.1, 0.5, 1]) {
    const { numbers } = await jumpFigure.show({ ...initialValues(jumpFigure), t })
    expect(numbers.alphaBar).toBeCloseTo(Math.cos((Math.PI / 2) * t) ** 2, 12)
    expect(Math.abs(numbers.square! / numbers.promised! - 1)).toBeLessThan(0.12)
  }
})

test('one step and many have the same law', async () => {
  for (const steps of [1, 7, 100]) {
    const { numbers } = await stepsFigure.show({ x0: 1.5, steps, t: 0.5 })
    const alphaBar = vpSchedule().alpha(0.5) ** 2
    expect(numbers.alphaBar).toBeCloseTo(alphaBar, 12)
    expect(numbers.variance).toBeCloseTo(1 - alphaBar, 12)
  }
})

test('the posterior is the product of step and jump, normalised', async () => {
  const values = { t: 0.6, ratio: 0.7, x: -0.4, x0: 0.9 }
  const { numbers } = await posteriorFigure.show(values)
  const schedule = cosineSchedule()
  const s = 0.42
  const scale = schedule.alpha(0.6) / schedule.alpha(s)
  const step = schedule.sigma(0.6) ** 2 - scale ** 2 * schedule.sigma(s) ** 2
  let [mass, first, second] = [0, 0, 0]
  for (let x = -8; x <= 8; x += 1e-3) {
    const p = normalDensity(-0.4, scale * x, step) * normalDensity(x, schedule.alpha(s) * 0.9, schedule.sigma(s) ** 2)
    mass += p
    first += p * x
    second += p * x * x
  }
  expect(numbers.mean).toBeCloseTo(first / mass, 6)
  expect(numbers.variance).toBeCloseTo(second / mass - (first / mass) ** 2, 6)
  expect(numbers.precision).toBeCloseTo(numbers.seen! + numbers.known!, 9)
})

test('a shift lowers λ by 2 log k and leaves the rest of the identity alone', async () => {
  for (const name of ['vp', 'sub-vp', 'cosine', 'flow', 'linear']) {
    const [plain, shifted] = await Promise.all([1, 4].map((shift) => schedulesFigure.show({ name, t: 0.5, shift })))
    expect(plain!.numbers.logSnr! - shifted!.numbers.logSnr!).toBeCloseTo(2 * Math.log(4), 6)
    const { alpha, sigma, logSnr } = plain!.numbers
    expect(Math.log(alpha! ** 2 / sigma! ** 2)).toBeCloseTo(logSnr!, 9)
  }
})

test('the linear table of 1000 levels ends 7.3e-6 bits from noise, and rescaled in noise', async () => {
  const { numbers } = await tableFigure.show({ name: 'linear', steps: 1000, zero: false })
  expect(numbers.bits).toBeCloseTo(7.3e-6, 7)
  expect((await tableFigure.show({ name: 'linear', steps: 1000, zero: true })).numbers.alphaT).toBe(0)
})

test('Euler–Maruyama’s variance tends to the kernel’s at order one', async () => {
  const exact = vpSchedule().sigma(0.6) ** 2
  const [coarse, fine] = [64, 128].map((steps) => Math.abs(lawOfSteps(vpSchedule(), steps, 0.6).variance - exact))
  expect(Math.abs(Math.log2(coarse! / fine!) - 1)).toBeLessThan(0.1)
  const { numbers } = (await smallStepsFigure.show({ ...initialValues(smallStepsFigure), steps: 1 })) as Shown
  // one step from the middle's drift and diffusion: (1 + f h)² · 0 + g² h
  expect(numbers.variance).toBeCloseTo(vpSchedule().diffusion(0.3) * 0.6, 12)
})
