/** The figures of DDPM against closed forms. */
import { expect, test } from 'vitest'
import { transition } from '../../../src/diffusion/noise/index.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/index.ts'
import { ancestralFigure, tableOf } from '../../../src/lab/learn/chapters/ddpm/ancestral.ts'
import { regressionFigure } from '../../../src/lab/learn/chapters/ddpm/regression.ts'
import { targetsFigure } from '../../../src/lab/learn/chapters/ddpm/targets.ts'
import { endVariances, varianceFigure, variancesAt } from '../../../src/lab/learn/chapters/ddpm/variance.ts'
import { weightings, weightingsFigure } from '../../../src/lab/learn/chapters/ddpm/weightings.ts'
import { initialValues } from '../../../src/lab/learn/figure.ts'

test('the conditional mean has the least loss, and that is the posterior’s variance', async () => {
  for (const t of [0.2, 0.5, 0.9]) {
    const at = async (guess: number) => (await regressionFigure.show({ t, apart: 1, guess })).numbers
    const best = await at(1)
    expect(Math.abs(best.least! - best.unknown!)).toBeLessThan(0.04)
    for (const guess of [0.6, 1.4]) expect((await at(guess)).loss).toBeGreaterThan(best.loss!)
  }
  // one Gaussian of variance c: (α/σ)² c σ²/(α² c + σ²)
  const { numbers } = await regressionFigure.show({ t: 0.5, apart: 0, guess: 1 })
  const [a, s] = [numbers.alpha! ** 2, numbers.sigma! ** 2]
  expect(numbers.unknown).toBeCloseTo((a * 0.05) / (a * 0.05 + s), 9)
})

test('the numbers of algorithm 2 lead where the sampler goes', async () => {
  for (const step of [0.1, 0.5, 1]) {
    const { numbers } = await ancestralFigure.show({ step, levels: 50, seed: 3 })
    const { x, noise, mean, sigma, z, next, root, weight } = numbers as Record<string, number>
    expect((x! - weight! * noise!) / root!).toBeCloseTo(mean!, 9)
    expect(mean! + sigma! * z!).toBeCloseTo(next!, 9)
  }
  expect(tableOf(50).alphaBar[49]).toBeLessThan(1e-3)
})

test('every target gives the data back, and v is α ε − σ x₀', async () => {
  const values = initialValues(targetsFigure)
  for (const { value } of targetsFigure.controls.kind.options) {
    const { numbers } = await targetsFigure.show({ ...values, kind: value })
    expect(numbers.back).toBeCloseTo(values.x0, 9)
    expect(numbers.m).toBeCloseTo(numbers.a! * values.x0 + numbers.b! * values.noise, 9)
  }
  const { numbers } = await targetsFigure.show({ ...values, kind: 'v' })
  expect(numbers.m).toBeCloseTo(numbers.alpha! * values.noise - numbers.sigma! * values.x0, 12)
})

test('a weight of ε is SNR times that of the data, and SNR + 1 for v; the bound is flat in λ', async () => {
  const values = initialValues(weightingsFigure)
  for (const [name] of weightings) {
    const { numbers } = await weightingsFigure.show({ ...values, name })
    expect(numbers.data! / numbers.weight!).toBeCloseTo(numbers.snr!, 6)
    expect(numbers.data! / numbers.v!).toBeCloseTo(1 + numbers.snr!, 6)
  }
  const { views } = await weightingsFigure.show({ ...values, name: 'likelihood', per: 'level' })
  const plot = views[0]!
  const line =
    plot.kind === 'plot' ? plot.marks.find((mark) => mark.kind === 'line' && mark.label === 'likelihood') : undefined
  if (line?.kind !== 'line') throw new Error('no line')
  expect(Math.min(...Array.from(line.y))).toBeCloseTo(1, 6)
  expect(Math.max(...Array.from(line.y))).toBeCloseTo(1, 6)
})

test('for one point β̃ is best, for N(0, 1) β; and with the best variance a Gaussian is sampled exactly', async () => {
  const { small, best } = variancesAt(0.5, 0.7, 0)
  expect(best).toBe(small)
  // N(0, 1): Var[x₀ | x_t] = σ²
  const unit = variancesAt(0.5, 0.7, cosineSchedule().sigma(0.5) ** 2)
  expect(unit.best).toBeCloseTo(unit.large, 12)
  expect(unit.large).toBeCloseTo(transition(cosineSchedule(), 0.35, 0.5).variance, 12)
  const ends = await endVariances(0.3, 8)
  expect(ends.best.variance).toBeCloseTo(ends.best.exact, 9)
  expect(ends.small.variance).toBeLessThan(ends.small.exact)
  expect(ends.large.variance).toBeGreaterThan(ends.large.exact)
  const { numbers } = await varianceFigure.show(initialValues(varianceFigure))
  expect(Math.exp(numbers.v! * numbers.logLarge! + (1 - numbers.v!) * numbers.logSmall!)).toBeCloseTo(numbers.best!, 9)
})
