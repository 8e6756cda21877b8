/** A decoder's noise given what was measured, against the posterior in closed form. */
import { describe, expect, test } from 'vitest'
import { decoderNoise, exactPosterior, sigmaOfCodes } from '../../../src/diffusion/guidance/index.ts'
import { observation, sparseOperator } from '../../../src/diffusion/measure/index.ts'
import { fold, key } from '../../../src/engine/random/index.ts'

const [n, m, s] = [5, 3, 0.7]
const rows = [
  { indices: [0], weights: [1] },
  { indices: [1, 2], weights: [0.25, 0.75] },
  { indices: [2, 3], weights: [0.5, 0.5] },
]
const operator = sparseOperator({ name: 'seen', from: [n], to: [m] }, rows)
const observed = observation(operator, Float64Array.of(1, -0.5, 2), [0.3, 0.5, 0.2])
const mean = Float64Array.of(0.5, 0.1, -0.2, 1, 0)

describe("a decoder's noise given what was measured", () => {
  test('its draws have the mean and the covariance of the exact posterior', async () => {
    const count = 600
    const draws: Float64Array[] = []
    for (let i = 0; i < count; i++) draws.push(await decoderNoise(observed, { mean, s, stream: fold(key(1), i) }))
    // x = mean + s e, of which y was measured
    const [exact] = exactPosterior([{ mean, covariance: s ** 2 }], observed)
    for (let i = 0; i < n; i++) {
      const own = draws.reduce((sum, draw) => sum + draw[i]! / count, 0)
      expect(Math.abs(own - (exact!.mean[i]! - mean[i]!))).toBeLessThan((4 * s) / Math.sqrt(count))
      for (let j = 0; j < n; j++) {
        const together = draws.reduce(
          (sum, draw) =>
            sum + ((draw[i]! - exact!.mean[i]! + mean[i]!) * (draw[j]! - exact!.mean[j]! + mean[j]!)) / count,
          0,
        )
        expect(Math.abs(together - exact!.covariance[i * n + j]!)).toBeLessThan(0.1)
      }
    }
  })
  test('a decoder without noise adds none, and what is not measured keeps its own', async () => {
    const none = await decoderNoise(observed, { mean, s: 0, stream: key(2) })
    expect([...none].every((each) => Object.is(Math.abs(each), 0))).toBe(true)
    const [a, b] = await Promise.all(
      [1, 5].map((y) => {
        const other = observation(operator, Float64Array.of(y, -0.5, 2), observed.sigma)
        return decoderNoise(other, { mean, s, stream: key(3) })
      }),
    )
    expect(a![4]).toBe(b![4])
    expect(b![0]! - a![0]!).toBeCloseTo((4 * s ** 2) / (s ** 2 + 0.3 ** 2), 6)
  })
  test('codes see it as more noise', () => {
    const sigma = sigmaOfCodes(observed.sigma, s, [1, 0.25 ** 2 + 0.75 ** 2, 0.5])
    expect(sigma[0]).toBeCloseTo(Math.hypot(0.3, 0.7), 12)
    expect(sigma[1]! ** 2).toBeCloseTo(0.25 + s ** 2 * 0.625, 12)
  })
  test('a mean of another size is an error', async () => {
    await expect(decoderNoise(observed, { mean: [1], s, stream: key(0) })).rejects.toThrow('where an item has 5')
  })
})
