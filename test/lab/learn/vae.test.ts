/** The figures of latent variables against closed forms. */
import { describe, expect, test } from 'vitest'
import { initialValues } from '../../../src/lab/learn/figure.ts'
import { bound } from '../../../src/lab/learn/chapters/vae/bound.ts'
import { carried, collapse } from '../../../src/lab/learn/chapters/vae/collapse.ts'
import { bounds, model } from '../../../src/lab/learn/chapters/vae/draws.ts'
import { logLaw } from '../../../src/lab/learn/chapters/vae/law.ts'
import { boundTerms, evidence, posteriorOf } from '../../../src/lab/learn/chapters/vae/linear.ts'
import { exactBound, precisionOf, rotatedBound } from '../../../src/lab/learn/chapters/vae/rotation.ts'
import { charged, warmup } from '../../../src/lab/learn/chapters/vae/warmup.ts'
import { evenly, logNormal, sumOf } from '../../../src/lab/learn/shared/series.ts'

describe('the evidence bound', () => {
  const linear = { w: 1.2, sigma: 0.7, x: 1.5 }

  test('has no gap where the encoder is the posterior', () => {
    const { mean, variance } = posteriorOf(linear)
    expect(boundTerms(linear, mean, Math.sqrt(variance)).total).toBeCloseTo(-evidence(linear), 9)
  })

  test('is above by the divergence from the posterior', async () => {
    const { numbers } = await bound.show({ ...linear, mu: 0.3, deviation: 0.8 })
    const { mean, variance } = posteriorOf(linear)
    const kl = 0.5 * ((0.64 + (0.3 - mean) ** 2) / variance - 1 - Math.log(0.64 / variance))
    expect(numbers['gap']).toBeCloseTo(kl, 9)
    expect(numbers['kl']).toBeCloseTo(0.5 * (0.09 + 0.64 - Math.log(0.64) - 1), 9)
    expect(numbers['reconstruction']! + numbers['kl']!).toBeCloseTo(numbers['bound']!, 9)
  })

  test('log p(x) is the integral over codes', () => {
    const z = evenly(-12, 12, 4001)
    const terms = z.map((each) => Math.exp(logNormal(each) + logNormal(1.5, 1.2 * each, 0.49)))
    expect(Math.log((sumOf(terms) * 24) / 4000)).toBeCloseTo(evidence(linear), 9)
  })
})

test.each([2, 7, 64])('probabilities of %i shades sum to one, wherever the output is', (count) => {
  for (const output of [-1.5, 0.3, 1.2]) {
    const logs = logLaw('discretised', evenly(-1, 1, count), output, 0.2, count)
    expect(sumOf(logs.map(Math.exp))).toBeCloseTo(1, 5)
  }
  const [black, white] = logLaw('bernoulli', [-1, 1], 0.8, 0.2, count)
  expect(white! - black!).toBeCloseTo(0.8, 9)
  expect(logLaw('gaussian', [0.4], 0.1, 0.3, count)[0]).toBeCloseTo(logNormal(0.4, 0.1, 0.09), 9)
})

describe('more draws', () => {
  test('change nothing where q is the posterior', async () => {
    for (const each of await bounds(0, 0)) expect(each).toBeCloseTo(evidence(model), 9)
  })

  test('raise the bound otherwise, from the divergence of one draw', async () => {
    const all = await bounds(0, 1)
    for (let i = 1; i < all.length; i++) expect(all[i]!).toBeGreaterThan(all[i - 1]!)
    // of a Gaussian whose variance is e times too large
    expect(evidence(model) - all[0]!).toBeCloseTo(0.5 * (Math.E - 2), 1)
    expect(all.at(-1)!).toBeLessThan(evidence(model) + 0.02)
  })
})

describe('rotated codes', () => {
  test.each([0, 90])('have no gap at %i degrees', (angle) => {
    expect(rotatedBound(angle, 0.4)).toBeCloseTo(exactBound(0.4), 9)
  })

  test('lose what a diagonal Gaussian cannot say, ½ (Σ log P_jj − log det P)', () => {
    const angle = (35 * Math.PI) / 180
    const [a, b] = [Math.sqrt(3 - 0.4), Math.sqrt(1 - 0.4)]
    const w = [a * Math.cos(angle), -a * Math.sin(angle), b * Math.sin(angle), b * Math.cos(angle)]
    const [p, r, , q] = precisionOf(w, 0.4) as [number, number, number, number]
    expect(rotatedBound(35, 0.4) - exactBound(0.4)).toBeCloseTo(0.5 * Math.log((p * q) / (p * q - r * r)), 9)
  })
})

test('a code carries ½ log λ/σ², and nothing below the threshold', async () => {
  expect(carried(4, [1])[0]).toBeCloseTo(0.5 * Math.log(4), 9)
  expect(carried(0.5, [1])[0]).toBeCloseTo(0, 12)
  const { numbers } = await collapse.show({ ...initialValues(collapse), variance: Math.log10(1.5) })
  expect(numbers['active']).toBe(2)
})

test('free bits charge the greater of λ and the divergence', async () => {
  expect(charged(0.4)).toEqual([1.9, 1.1, 0.6, 0.4, 0.4, 0.4])
  expect(charged(0)).toEqual([1.9, 1.1, 0.6, 0.25, 0.08, 0.01])
  expect((await warmup.show({ nats: 0.4, warm: 500, step: 100 })).numbers['weight']).toBeCloseTo(0.2, 12)
})
