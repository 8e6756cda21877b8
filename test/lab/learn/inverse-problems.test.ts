/** The figures of inverse problems against closed forms. */
import { describe, expect, test } from 'vitest'
import { mixtureDenoiser } from '../../../src/diffusion/denoise/index.ts'
import { exactPosterior, mixtureMoments } from '../../../src/diffusion/guidance/index.ts'
import { observation } from '../../../src/diffusion/measure/index.ts'
import { key } from '../../../src/engine/random/index.ts'
import { initialValues } from '../../../src/lab/learn/figure.ts'
import { byMethod } from '../../../src/lab/learn/chapters/inverse-problems/covariance.ts'
import { dpsDraws, truthOf } from '../../../src/lab/learn/chapters/inverse-problems/dps.ts'
import { edits } from '../../../src/lab/learn/chapters/inverse-problems/edit.ts'
import {
  components,
  direction,
  measured,
  prior,
  schedule,
} from '../../../src/lab/learn/chapters/inverse-problems/mixture.ts'
import { operatorsFigure } from '../../../src/lab/learn/chapters/inverse-problems/operators.ts'
import { paint, painted, paintedPixels } from '../../../src/lab/learn/chapters/inverse-problems/paint.ts'
import { compared } from '../../../src/lab/learn/chapters/inverse-problems/plane.ts'
import { steps } from '../../../src/lab/learn/chapters/inverse-problems/proximal.ts'
import { secondOf } from '../../../src/lab/learn/chapters/inverse-problems/repaint.ts'
import { logPosterior, radius } from '../../../src/lab/learn/chapters/inverse-problems/ring.ts'
import { meansAt } from '../../../src/lab/learn/chapters/inverse-problems/score.ts'
import { spectral, spreads } from '../../../src/lab/learn/chapters/inverse-problems/spectral.ts'
import {
  pictureOf,
  pixelOperator,
  pixels,
  side,
  texturePosterior,
  textures,
} from '../../../src/lab/learn/chapters/inverse-problems/textures.ts'
import { deviationOf, logNormal, meanOf, sumOf } from '../../../src/lab/learn/shared/series.ts'

describe('a painted measurement', () => {
  const seen = [3, 12, 30, 31, 50]
  const y = Float64Array.of(0.8, -0.8, 0.8, 0.8, -0.8)
  const posterior = texturePosterior(seen, y, 0.2)
  const parts = textures.map(({ variances }) => ({ mean: new Float64Array(pixels), covariance: variances }))
  const exact = exactPosterior(parts, observation(pixelOperator(seen), y, 0.2))

  test('has the posterior that the library works out', () => {
    posterior.weights.forEach((weight, k) => expect(weight).toBeCloseTo(exact[k]!.weight, 9))
    const { mean, covariance } = mixtureMoments(exact)
    pictureOf(mean).forEach((value, i) => expect(posterior.mean[i]).toBeCloseTo(value, 9))
    // of pixel 17: bᵀ C b
    const numbers = pixelOperator([17]).adjoint(Float64Array.of(1))
    let variance = 0
    numbers.forEach((a, i) => numbers.forEach((b, j) => (variance += a * b * covariance[i * pixels + j]!)))
    expect(posterior.deviation[17]).toBeCloseTo(Math.sqrt(variance), 9)
  })

  test('exact draws have its moments', () => {
    const draws = posterior.draw(600, key('test'))
    for (const pixel of [3, 17, 40]) {
      const values = draws.map((picture) => picture[pixel]!)
      const sigma = posterior.deviation[pixel]!
      expect(Math.abs(meanOf(values) - posterior.mean[pixel]!)).toBeLessThan((4 * sigma) / Math.sqrt(600))
      expect(Math.abs(deviationOf(values) / sigma - 1)).toBeLessThan(0.15)
    }
  })

  test('decides the texture, and draws agree with it', async () => {
    const { numbers } = await paint.show(initialValues(paint))
    expect(numbers['across']).toBeGreaterThan(0.95)
    const turned = initialValues(paint).painting.map((_, i, all) => all[(i % side) * side + Math.floor(i / side)]!)
    expect((await paint.show({ ...initialValues(paint), painting: turned })).numbers['down']).toBeGreaterThan(0.95)
    expect(numbers['misfit']).toBeLessThan(0.2)
    expect((await painted('repaint', turned, 0.1)).misfit).toBeLessThan(0.2)
  })

  test('nothing seen is the prior', () => {
    expect(paintedPixels(Array.from({ length: pixels }, () => 0)).seen).toEqual([])
    const free = texturePosterior([], [], 0.1)
    expect(free.weights).toEqual([1 / 3, 1 / 3, 1 / 3])
    expect(Math.sqrt(meanOf(free.deviation.map((each) => each ** 2)))).toBeCloseTo(Math.sqrt(0.35), 9)
  })
})

describe('the score of a measurement', () => {
  const [t, angle, y, sigma] = [0.4, 60, 1, 0.1]

  test('by Tweedie’s formula from log p(y | x_t) = log p(x_t | y) − log p(x_t) + const', async () => {
    const given = mixtureDenoiser({ schedule, components: exactPosterior(components, measured(angle, y, sigma)) })
    const log = (a: number, b: number) => {
      const x = Float64Array.of(a, b)
      return given.logDensity(x, t)[0]! - prior.logDensity(x, t)[0]!
    }
    const { exact, prior: mean } = await meansAt([0.5, -0.1], t, angle, y, sigma)
    const h = 1e-5
    const gradient = [
      (log(0.5 + h, -0.1) - log(0.5 - h, -0.1)) / (2 * h),
      (log(0.5, -0.1 + h) - log(0.5, -0.1 - h)) / (2 * h),
    ]
    const factor = schedule.sigma(t) ** 2 / schedule.alpha(t)
    gradient.forEach((slope, i) => expect(mean[i]! + factor * slope).toBeCloseTo(exact[i]!, 5))
  })

  test('moment matching is exact where one group is left', async () => {
    const { exact, mmps } = await meansAt([-1, 0.8], 0.05, angle, y, sigma)
    exact.forEach((value, i) => expect(mmps[i]).toBeCloseTo(value, 6))
  })
})

test('a matrix and its transpose agree', async () => {
  const values = initialValues(operatorsFigure)
  for (const operator of ['blur', 'motion', 'box', 'random', 'pooled', 'bicubic'] as const) {
    expect((await operatorsFigure.show({ ...values, operator })).numbers['adjoint']).toBeLessThan(1e-12)
  }
  expect((await operatorsFigure.show({ ...values, operator: 'box' })).numbers['measured']).toBe(256 - 64)
})

test('the variance of Gaussian data given x_t, and the mean given y too', async () => {
  const [alpha, noise] = [schedule.alpha(0.6), schedule.sigma(0.6) ** 2]
  const [at] = await byMethod(0.2, 0.2, 0.3, 1, [0.6])
  const variance = (0.2 * noise) / (alpha ** 2 * 0.2 + noise)
  expect(at!.mmpsVariance).toBeCloseTo(variance, 12)
  expect(at!.pigdmVariance).toBeCloseTo(variance, 12)
  expect(at!.exact).toBeCloseTo(variance / (variance + 0.09), 12)
  expect(at!.mmps).toBeCloseTo(at!.exact, 9)
  expect(at!.pigdm).toBeCloseTo(at!.exact, 9)
  const [guessed] = await byMethod(0.2, 1, 0.3, 1, [0.6])
  expect(guessed!.pigdm).toBeLessThan(guessed!.exact)
})

test('DPS without a step draws the prior', async () => {
  const x = await dpsDraws(0, 40, 0.3)
  expect(Math.abs(meanOf(x))).toBeLessThan(0.2)
  expect(Math.abs(deviationOf(x) - 1)).toBeLessThan(0.15)
  expect(truthOf(1).mean).toBeCloseTo(0.5, 12)
  expect(truthOf(1).deviation).toBeCloseTo(Math.SQRT1_2, 12)
})

describe('DDRM', () => {
  test('counts the directions with α σ_y / s ≤ σ', async () => {
    const { numbers } = await spectral.show(initialValues(spectral))
    const { values } = await spreads(1, 0.2, 0.85)
    const level = (s: number) => (schedule.alpha(0.3) * 0.2) / s <= schedule.sigma(0.3)
    expect(numbers['better']).toBe(values.filter(level).length)
    expect(numbers['better']! + numbers['worse']!).toBe(16)
  })

  test('is too narrow in every direction, most where a direction is hardly seen', async () => {
    const { values, found, exact } = await spreads(2, 0.5, 0.85)
    expect(exact[0]).toBeCloseTo(0.5 / Math.hypot(0.5, values[0]!), 12)
    expect(values.at(-1)).toBeLessThan(1e-3)
    expect(exact.at(-1)! - found.at(-1)!).toBeGreaterThan(0.25)
    found.forEach((deviation, k) => expect(deviation).toBeLessThan(1.1 * exact[k]!))
  })
})

test('a proximal step is D + r² a (y − a · D) / (σ_y² + r²)', async () => {
  const { mean, points } = await steps([-0.9, -0.4], 0.3, 20, 1.2, 0.2, [3])
  const a = direction(20)
  const r2 = (schedule.sigma(0.3) / schedule.alpha(0.3)) ** 2 / 3
  const pull = (r2 * (1.2 - a[0] * mean[0]! - a[1] * mean[1]!)) / (0.04 + r2)
  a.forEach((each, i) => expect(points[0]![i]).toBeCloseTo(mean[i]! + pull * each, 9))
})

test('RePaint comes to the conditional law with repetitions', async () => {
  const [once, often] = [await secondOf(0.9, 1.5, 1), await secondOf(0.9, 1.5, 10)]
  expect(Math.abs(meanOf(often) - 1.35)).toBeLessThan(0.1)
  expect(Math.abs(meanOf(once) - 1.35)).toBeGreaterThan(0.25)
  expect(Math.abs(deviationOf(often) - Math.sqrt(0.19))).toBeLessThan(0.08)
})

test('SDEdit at a small strength keeps the drawing, at a large one makes it likely', async () => {
  const far = async (strength: number) => {
    const { clean, states } = await edits([[1.7, -0.9]], strength)
    const end = states.at(-1)!
    return {
      moved: Math.sqrt(meanOf(clean.map((value, i) => (value - end[i]!) ** 2))),
      log: meanOf(prior.logDensity(end, 0)),
    }
  }
  const [little, much] = [await far(0.02), await far(0.9)]
  expect(little.moved).toBeLessThan(0.1)
  expect(much.moved).toBeGreaterThan(0.5)
  expect(much.log).toBeGreaterThan(little.log + 3)
})

describe('the distance from the middle', () => {
  test('has the derivative that differences have', () => {
    const at = (x: number[]) => (radius.forward(Float64Array.from(x)) as Float64Array)[0]!
    const pulled = radius.pullback(Float64Array.of(0.6, -0.3), Float64Array.of(1)) as Float64Array
    expect(pulled[0]).toBeCloseTo((at([0.6 + 1e-6, -0.3]) - at([0.6 - 1e-6, -0.3])) / 2e-6, 7)
    expect((radius.pushforward(Float64Array.of(0.6, -0.3), Float64Array.of(0, 1)) as Float64Array)[0]).toBeCloseTo(
      pulled[1]!,
      12,
    )
  })

  test('its posterior is prior times instrument', () => {
    const point = Float64Array.of(0.8, 0.6)
    expect(logPosterior(point, 1.3, 0.1)[0]).toBeCloseTo(prior.logDensity(point, 0)[0]! + logNormal(1.3, 1, 0.01), 9)
  })
})

describe('held against the truth', () => {
  test('groups are weighed by how well they explain y', async () => {
    const { posterior, distance } = await compared('mmps', 75, 0.7, 0.2)
    const a = direction(75)
    const weights = components.map(({ weight, mean, covariance: [c, d, , e] }) => {
      const variance = a[0] ** 2 * c! + 2 * a[0] * a[1] * d! + a[1] ** 2 * e! + 0.04
      return weight * Math.exp(logNormal(0.7, a[0] * mean[0]! + a[1] * mean[1]!, variance))
    })
    posterior.forEach(({ weight }, k) => expect(weight).toBeCloseTo(weights[k]! / sumOf(weights), 9))
    expect(distance).toBeLessThan(0.3)
  })

  test('every method runs, and moment matching is nearest where one group is left', async () => {
    const distances = await Promise.all(
      (['mmps', 'pigdm', 'dps', 'ddrm', 'diffpir', 'repaint'] as const).map((name) => compared(name, 90, -1.1, 0.1)),
    )
    const [mmps, ...others] = distances.map(({ distance }) => distance)
    for (const other of others) expect(mmps).toBeLessThan(other + 0.02)
  })
})
