/** The figures of latent diffusion against closed forms. */
import { describe, expect, test } from 'vitest'
import { codesFor, firstOf, posterior } from '../../../src/lab/learn/chapters/latent-diffusion/arc.ts'
import { crossEntropyOf } from '../../../src/lab/learn/chapters/latent-diffusion/cost.ts'
import { errorOf, predictions } from '../../../src/lab/learn/chapters/latent-diffusion/mixed.ts'
import { aggregate, worth } from '../../../src/lab/learn/chapters/latent-diffusion/prior.ts'
import { codes, momentsOf, scale } from '../../../src/lab/learn/chapters/latent-diffusion/scale.ts'
import { walk } from '../../../src/lab/learn/chapters/latent-diffusion/walk.ts'
import { initialValues } from '../../../src/lab/learn/figure.ts'
import { deviationOf, evenly, meanOf, sumOf } from '../../../src/lab/learn/shared/series.ts'

describe('the scale of codes', () => {
  test('has the variance of the means and that of draws', () => {
    const { mu } = codes(1.6, 0.4, 0.5, 1.5)
    const { m, ofMeans, ofDraws, s } = momentsOf(mu, 0.5)
    expect(m).toBeCloseTo(meanOf(mu), 12)
    expect(ofMeans).toBeCloseTo(deviationOf(mu) ** 2, 12)
    expect(ofDraws).toBeCloseTo(0.25, 12)
    expect(s ** 2).toBeCloseTo(ofMeans + ofDraws, 12)
    // two groups at ±1.6 with deviation 0.4
    expect(Math.abs(ofMeans - (1.6 ** 2 + 0.16))).toBeLessThan(0.3)
  })

  test('makes what the network sees normal in its moments', async () => {
    const { numbers } = await scale.show(initialValues(scale))
    expect(Math.abs(numbers['mean']!)).toBeLessThan(0.05)
    expect(Math.abs(numbers['deviation']! - 1)).toBeLessThan(0.05)
  })
})

describe('what a prior is worth', () => {
  test('is nothing for codes that are normal', () => {
    const { cross, entropy, gain } = worth([0.4, 0.4, 0.4], 0.7)
    expect(cross).toBeCloseTo(0.5 * Math.log(2 * Math.PI * Math.E), 9)
    expect(gain).toBeCloseTo(0, 9)
    expect(entropy).toBeCloseTo(cross, 9)
  })

  test('of narrow groups is what their entropies say', () => {
    // far apart: H = log 3 + ½ log 2πe s², with s the groups' deviation after scaling
    const variance = 2 / 3 + 0.0025
    const own = Math.log(3) + 0.5 * Math.log((2 * Math.PI * Math.E * 0.0025) / variance)
    expect(worth([-1, 0, 1], 0.05).entropy).toBeCloseTo(own, 6)
  })

  test('the aggregate has mean 0 and variance 1', () => {
    const z = evenly(-8, 8, 3201)
    const p = aggregate([-1.4, -0.1, 1.5], 0.35).logDensity(z, 0).map(Math.exp)
    expect(sumOf(p) * 0.005).toBeCloseTo(1, 9)
    expect(sumOf(p.map((each, i) => each * z[i]!)) * 0.005).toBeCloseTo(0, 9)
    expect(sumOf(p.map((each, i) => each * z[i]! ** 2)) * 0.005).toBeCloseTo(1, 9)
  })
})

describe('the cross entropy', () => {
  test.each([4, 20, 100])('of N(0, 1) has no gap on %i levels', (levels) => {
    const { total, truth } = crossEntropyOf(levels, 0.7, 0.4, 1)
    expect(total).toBeCloseTo(truth, 9)
  })

  test('of another prior comes to its truth as levels come closer', () => {
    const off = (levels: number) => {
      const { total, truth } = crossEntropyOf(levels, 0.7, 0.4, 0.6)
      return Math.abs(total - truth)
    }
    expect(off(100)).toBeLessThan(off(20))
    expect(off(400)).toBeLessThan(0.01)
  })
})

describe('the mixed score', () => {
  test('is the normal part for m = 0 and the network for m = 1', () => {
    const z = Float64Array.of(-1, 0.2, 0.9)
    const none = predictions(z, 0.4, 0.6, 0.1, 0)
    none.mixed.forEach((value, i) => expect(value).toBeCloseTo(none.normal[i]!, 6))
    const all = predictions(z, 0.4, 0.6, 0.1, 1)
    all.mixed.forEach((value, i) => expect(value).toBeCloseTo(all.network[i]!, 6))
  })

  test('of normal codes the normal part is exact, and of others a perfect network', () => {
    expect(errorOf(0.4, 0, 0.2, 0)).toBeLessThan(1e-9)
    expect(errorOf(0.4, 1, 0, 1)).toBeLessThan(1e-9)
    expect(errorOf(0.4, 1, 0, 0)).toBeGreaterThan(0.01)
  })
})

describe('through a curved decoder', () => {
  test('codes are found above and below, more of them where the posterior has more', async () => {
    const { above, density } = posterior(1.2, 0.45, 0.08)
    expect(sumOf(density) * 0.01).toBeCloseTo(1, 9)
    const found = await codesFor(1.2, 0.45, 0.08)
    const share = meanOf(found.map((z) => Number(z > 0)))
    expect(above).toBeGreaterThan(0.6)
    expect(share).toBeGreaterThan(0.6)
    expect(share).toBeLessThan(0.98)
    for (const z of found) expect(Math.abs(Math.cos(1.2 * z) - 0.45)).toBeLessThan(0.5)
  })

  test('the derivative is that of differences', () => {
    const at = (z: number) => (firstOf(1.2).forward(Float64Array.of(z)) as Float64Array)[0]!
    const pulled = firstOf(1.2).pullback(Float64Array.of(0.7), Float64Array.of(1)) as Float64Array
    expect(pulled[0]).toBeCloseTo((at(0.7 + 1e-6) - at(0.7 - 1e-6)) / 2e-6, 7)
  })
})

test('an arc between two points of one length keeps it, and a line does not', async () => {
  const lengths = async (way: 'arc' | 'line') => {
    const { noise } = await walk([-1.2, 0.5], [1.3, 0], way)
    return Array.from({ length: noise.length / 2 }, (_, i) => Math.hypot(noise[2 * i]!, noise[2 * i + 1]!))
  }
  expect(Math.min(...(await lengths('arc')))).toBeGreaterThan(1.29)
  expect(Math.min(...(await lengths('line')))).toBeLessThan(0.4)
})
