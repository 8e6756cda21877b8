/** The figures of guidance against closed forms. */
import { expect, test } from 'vitest'
import { gaussianDenoiser } from '../../../src/diffusion/denoise/index.ts'
import { guidedAway } from '../../../src/diffusion/guidance/index.ts'
import { bayesFigure } from '../../../src/lab/learn/chapters/guidance/bayes.ts'
import {
  centres,
  classesAt,
  classifierScore,
  schedule,
  scoreOf,
} from '../../../src/lab/learn/chapters/guidance/classes.ts'
import { formsFigure, stepMeans } from '../../../src/lab/learn/chapters/guidance/forms.ts'
import { guidedFigure, guidedSamples, recognised } from '../../../src/lab/learn/chapters/guidance/guided.ts'
import { intervalFigure } from '../../../src/lab/learn/chapters/guidance/interval.ts'
import { lineClasses, logTilted, normalised, tiltedFigure } from '../../../src/lab/learn/chapters/guidance/tilted.ts'
import { initialValues } from '../../../src/lab/learn/figure.ts'
import { spaced } from '../../../src/lab/learn/shared/curve.ts'

test('the scores add up, and the classifier’s is the gradient of its logarithm', async () => {
  const values = initialValues(bayesFigure)
  const { numbers } = await bayesFigure.show(values)
  expect(numbers.priorX! + numbers.classifierX!).toBeCloseTo(numbers.posteriorX!, 9)
  expect(numbers.priorY! + numbers.classifierY!).toBeCloseTo(numbers.posteriorY!, 9)
  const { one, everything } = classesAt(centres)
  const log = (x: number, y: number): number =>
    one.logDensity(Float64Array.of(x, y), values.t)[0]! - everything.logDensity(Float64Array.of(x, y), values.t)[0]!
  const [x, y] = values.at[0]!
  expect(numbers.classifierX).toBeCloseTo((log(x + 1e-5, y) - log(x - 1e-5, y)) / 2e-5, 5)
  expect(numbers.probability).toBeCloseTo(Math.exp(log(x, y)) / 3, 9)
})

test('by a classifier and without one are the same guidance', async () => {
  const [free, classifier] = [await guidedSamples(centres, 3, 'free'), await guidedSamples(centres, 3, 'classifier')]
  free.forEach((value, i) => expect(value).toBeCloseTo(classifier[i]!, 6))
  const { numbers } = await guidedFigure.show(initialValues(guidedFigure))
  const by = await guidedFigure.show({ ...initialValues(guidedFigure), how: 'classifier' })
  expect(numbers.combined).toBeCloseTo(by.numbers.combined!, 9)
})

test('scale 0 ignores the class, 1 draws from it, more makes it surer', async () => {
  const share = async (scale: number) => recognised(centres, await guidedSamples(centres, scale, 'free'))
  expect(Math.abs((await share(0)) - 1 / 3)).toBeLessThan(0.1)
  expect(await share(1)).toBeGreaterThan(0.8)
  expect(await share(3)).toBeGreaterThan(await share(1))
})

test('at every time the guided score is that of the tilted noisy density', () => {
  const laws = lineClasses(1.5, 0.3)
  for (const t of [0.2, 0.6]) {
    const at = (x: number): number => logTilted(laws, 4, Float64Array.of(x), t)[0]!
    for (const x of [-0.7, 0.2, 1.4]) {
      const score = (law: typeof laws.one) => scoreOf(law, Float64Array.of(x), t)[0]!
      const guided = score(laws.everything) + 4 * (score(laws.one) - score(laws.everything))
      expect(guided).toBeCloseTo((at(x + 1e-5) - at(x - 1e-5)) / 2e-5, 5)
    }
  }
})

test('guided Gaussians of one variance shift: the mean is that of the tilted Gaussian, (1 − s) m₀ + s m₁', async () => {
  // p^{1−s} p_y^s of N(m₀, c) and N(m₁, c) is N((1−s) m₀ + s m₁, c), at all times alike: here the sampler is exact
  const [c, scale] = [0.3, 3]
  const [zero, one] = [0.2, 0.7].map((mean) => gaussianDenoiser({ schedule, mean: [mean], covariance: c }))
  const tilted = gaussianDenoiser({ schedule, mean: [(1 - scale) * 0.2 + scale * 0.7], covariance: c })
  const guided = guidedAway(one!, zero!, { scale })
  for (const t of [0.1, 0.5, 0.9]) {
    const x = Float64Array.of(-0.4, 0.9)
    const [found, exact] = [await guided.denoise(x, t), tilted.denoise(x, t)]
    found.forEach((value: number, i: number) => expect(value).toBeCloseTo(exact[i]!, 12))
  }
})

test('the tilted density is normalised, and samples run ahead of it', async () => {
  const x = spaced(-6, 6, 1201)
  const { density, mean } = normalised(x, logTilted(lineClasses(1.5, 0.3), 4, x, 1e-6))
  expect(density.reduce((sum, value) => sum + value * 0.01, 0)).toBeCloseTo(1, 6)
  const { numbers } = await tiltedFigure.show(initialValues(tiltedFigure))
  expect(numbers.tilted).toBeCloseTo(mean, 2)
  expect(numbers.mean).toBeGreaterThan(numbers.tilted! + 0.05)
  const plain = await tiltedFigure.show({ ...initialValues(tiltedFigure), scale: 1 })
  expect(plain.numbers.tilted).toBeCloseTo(plain.numbers.conditional!, 9)
  expect(Math.abs(plain.numbers.mean! - 0.75)).toBeLessThan(0.03)
})

test('without the early times the kind near the other class comes back', async () => {
  const { numbers } = await intervalFigure.show({ scale: 4, from: 0.1, to: 0.4 })
  expect(numbers.near).toBeGreaterThan(numbers.always! + 0.1)
  expect(Math.abs((await intervalFigure.show({ scale: 1, from: 0, to: 1 })).numbers.near! - 0.5)).toBeLessThan(0.03)
  const all = (await intervalFigure.show({ scale: 4, from: 0, to: 1 })).numbers
  expect(all.near).toBe(all.always)
})

test('the classifier’s score vanishes where the class is certain', () => {
  const score = classifierScore(
    classesAt([
      [0, 2.9],
      [-2.9, -2.9],
      [2.9, -2.9],
    ]),
    Float64Array.of(0, 2.9),
    0.05,
  )
  expect(Math.hypot(...score)).toBeLessThan(1e-6)
})

test('the two forms push by amounts whose ratio is that of the noises, and differ at second order', async () => {
  const [x, t, scale] = [-0.3, 0.5, 3]
  for (const s of [0.2, 0.4, 0.49]) {
    const { plain, guided, shifted } = await stepMeans(x, t, s, scale)
    // σ_{t|s}² (α_s/α_t) against σ_{t|s}² σ_s²/σ_t²
    const ratio = (schedule.alpha(s) * schedule.sigma(t) ** 2) / (schedule.alpha(t) * schedule.sigma(s) ** 2)
    expect((guided - plain) / (shifted - plain)).toBeCloseTo(ratio, 9)
  }
  const difference = async (h: number) => {
    const { guided, shifted } = await stepMeans(x, t, t - h, scale)
    return Math.abs(guided - shifted)
  }
  expect(Math.abs(Math.log2((await difference(0.02)) / (await difference(0.01))) - 2)).toBeLessThan(0.15)
  const { numbers } = await formsFigure.show({ step: 0.1, x, scale })
  expect(numbers.shifted! - numbers.plain!).toBeCloseTo(scale * numbers.variance! * numbers.classifier!, 9)
})
