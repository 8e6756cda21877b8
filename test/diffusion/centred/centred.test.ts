/** Points without a place: the projection, its noise, and samplers and bounds on it, of a Gaussian whose law is known. */
import { array, assert, asyncProperty, double, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { centre, centredBound, centredDimensions, centredNoise } from '../../../src/diffusion/centred/index.ts'
import { type Denoiser, emptyLike } from '../../../src/diffusion/denoise/denoiser.ts'
import { vpSchedule } from '../../../src/diffusion/noise/vp.ts'
import { edmSchedule } from '../../../src/diffusion/noise/ve.ts'

import { dpmSolver } from '../../../src/diffusion/sample/dpm-solver.ts'
import { randomNoise } from '../../../src/diffusion/sample/noise-source.ts'
import { sampleFinal } from '../../../src/diffusion/sample/sample.ts'
import { karrasTimes, logSnrTimes } from '../../../src/diffusion/sample/times.ts'

const [places, points] = [5, 4]
/** The standard deviation of centred points along each axis. */
const spread = [0.5, 1, 2] as const

/** The exact posterior mean of points whose law is N(0, spread²) along each axis, on the subspace. */
function gaussian(schedule: Denoiser['schedule']): Denoiser {
  return {
    schedule,
    shape: [places, 3],
    denoise(x, t) {
      const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
      const mean = emptyLike(x)
      for (let i = 0; i < x.length; i++) {
        const variance = spread[i % 3]! ** 2
        mean[i] = ((alpha * variance) / (alpha ** 2 * variance + sigma ** 2)) * x[i]!
      }
      return mean
    },
  }
}

describe('the projection', () => {
  const numbers = array(double({ min: -100, max: 100, noNaN: true }), { minLength: 2 * 5 * 3, maxLength: 2 * 5 * 3 })

  test('takes the mean away, empties places, and does nothing twice', () => {
    assert(
      property(numbers, integer({ min: 1, max: 5 }), (values, count) => {
        const x = centre(Float64Array.from(values), { places }, count)
        const again = centre(x.slice(), { places }, count)
        x.forEach((value, i) => expect(again[i]).toBeCloseTo(value, 10))
        for (let i = 0; i < x.length; i++) if (i % 15 >= 3 * count) expect(x[i]).toBe(0)
        const sum = x.subarray(0, 15).reduce((total, value, i) => total + (i % 3 === 0 ? value : 0), 0)
        expect(sum).toBeCloseTo(0, 8)
      }),
    )
  })

  test('is orthogonal: what it takes away is orthogonal to what stays', () => {
    const x = randomNoise(15)
    const before = new Float64Array(15)
    x(before, 0, 0)
    const after = centre(before.slice(), { places }, points)
    expect(after.reduce((sum, value, i) => sum + value * (before[i]! - value), 0)).toBeCloseTo(0, 12)
  })

  test('refuses what does not fit', () => {
    expect(() => centre(new Float32Array(14), { places })).toThrow('no whole number of items')
    expect(() => centre(new Float32Array(15), { places }, 6)).toThrow('an item of 6 points')
    expect(centredDimensions(points)).toBe(9)
  })
})

test('noise has unit variance in the dimensions that there are', () => {
  const noise = new Float64Array(4000 * places * 3)
  centredNoise(randomNoise(places * 3, { seed: 1 }), { places }, points)(noise, 0, 0)
  const square = noise.reduce((sum, value) => sum + value ** 2, 0) / 4000
  expect(square).toBeCloseTo(centredDimensions(points), 0)
  expect(Math.abs(square / centredDimensions(points) - 1)).toBeLessThan(0.03)
})

const vp = vpSchedule()
const edm = edmSchedule({ sigmaMax: 40 })
test.each([
  ['dpm++-2m-sde', vp, dpmSolver({ equation: 'sde' }), logSnrTimes(vp, 60, { to: 1e-3 })],
  ['dpm++-2m', edm, dpmSolver(), karrasTimes(edm, 30, { to: 1e-4 })],
] as const)('%s draws the law, covariances of points among them', async (_, schedule, sampler, times) => {
  const batch = 3000
  const noise = centredNoise(randomNoise(places * 3, { seed: 3 }), { places }, points)
  const x = await sampleFinal(gaussian(schedule), { sampler, times, batch, noise, dtype: 'float64' })
  const covariance = (i: number, j: number): number => {
    let sum = 0
    for (let item = 0; item < batch; item++) sum += x[item * 15 + i]! * x[item * 15 + j]!
    return sum / batch
  }
  for (const axis of [0, 1, 2]) {
    const variance = spread[axis]! ** 2
    for (const [a, b] of [
      [0, 0],
      [2, 2],
      [0, 1],
      [1, 3],
    ] as const) {
      const expected = variance * (Number(a === b) - 1 / points)
      expect(Math.abs(covariance(3 * a + axis, 3 * b + axis) - expected) / variance).toBeLessThan(0.06)
    }
    expect(covariance(12 + axis, 12 + axis)).toBe(0)
  }
  expect(Math.abs(covariance(0, 1))).toBeLessThan(0.03)
})

test('the bound is the density on the subspace', async () => {
  const one = { ...gaussian(vp), denoise: isotropic }
  function isotropic(x: Float64Array | Float32Array, t: number) {
    const [alpha, sigma] = [vp.alpha(t), vp.sigma(t)]
    return x.map((value) => (alpha / (alpha ** 2 + sigma ** 2)) * value) as typeof x
  }
  await assert(
    asyncProperty(integer({ min: 2, max: places }), async (count) => {
      const items = 200
      const x0 = new Float64Array(items * 15)
      centredNoise(randomNoise(15, { seed: count }), { places }, count)(x0, 0, 0)
      const times = logSnrTimes(vp, 150, { to: 1e-4 }).slice(0, -1).toReversed()
      const posterior = (t: number): number => vp.sigma(t) ** 2 / (vp.alpha(t) ** 2 + vp.sigma(t) ** 2)
      const { total } = await centredBound(one, x0, { places }, count, { times, variance: posterior })
      const dimensions = centredDimensions(count)
      const exact =
        x0.reduce((sum, value) => sum + value ** 2 / 2, 0) / items + (dimensions * Math.log(2 * Math.PI)) / 2
      const bound = total.reduce((sum, value) => sum + value, 0) / items
      expect(Math.abs(bound - exact) / dimensions).toBeLessThan(0.05)
      expect(bound).toBeGreaterThan(exact - 0.05 * dimensions)
    }),
    { numRuns: 3 },
  )
})
