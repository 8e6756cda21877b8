import { describe, expect, test } from 'vitest'
import {
  type FeatureSet,
  featureSet,
  precisionRecall,
  psnr,
  recognition,
  ssim,
} from '../../../src/tools/metrics/index.ts'
import { key, normal } from '../../../src/engine/random/index.ts'

const cloud = (seed: string, count: number, centre: number, sigma = 1): FeatureSet =>
  featureSet(
    normal(key(seed), new Float64Array(2 * count)).map((value) => centre + sigma * value),
    2,
  )
const both = (a: FeatureSet, b: FeatureSet): FeatureSet => featureSet(Float64Array.from([...a.data, ...b.data]), 2)

describe('precision and recall', () => {
  test('of one set and itself are 1; of sets far apart 0', () => {
    const a = cloud('a', 60, 0)
    expect(precisionRecall(a, a)).toMatchObject({ precision: 1, recall: 1, coverage: 1 })
    expect(precisionRecall(a, cloud('b', 60, 100))).toEqual({ precision: 0, recall: 0, density: 0, coverage: 0 })
  })

  test('a generator that forgets one of two modes is precise but recalls half; one that invents a mode the reverse', () => {
    const real = both(cloud('a', 200, 0), cloud('b', 200, 100))
    const forgetful = precisionRecall(real, cloud('c', 400, 0))
    expect(forgetful.precision).toBeGreaterThan(0.9)
    expect(forgetful.recall).toBeGreaterThan(0.4)
    expect(forgetful.recall).toBeLessThanOrEqual(0.5)
    expect(forgetful.coverage).toBeLessThanOrEqual(0.5)
    const inventive = precisionRecall(cloud('c', 400, 0), real)
    expect(inventive.precision).toBeLessThanOrEqual(0.5)
    expect(inventive.recall).toBeGreaterThan(0.9)
  })

  test('by hand: on the line 0, 1, 3 with k = 1 the radii are 1, 1, 2', () => {
    const line = (...values: number[]): FeatureSet => featureSet(Float64Array.from(values), 1)
    // 2 lies in the balls of 1 (radius 1) and 3 (radius 2); 7 in none. Radii of the generated: 5, 5, so 2 ± 5 has all.
    expect(precisionRecall(line(0, 1, 3), line(2, 7), { neighbours: 1 })).toEqual({
      precision: 1 / 2,
      recall: 1,
      density: 2 / 2,
      coverage: 2 / 3,
    })
  })

  test('density is 1 on average for equal distributions', () => {
    const { density, coverage } = precisionRecall(cloud('r', 1500, 0), cloud('s', 1500, 0), { neighbours: 5 })
    expect(Math.abs(density - 1)).toBeLessThan(0.1)
    // A ball with the 5 nearest of its own kind misses all of the others with probability about 2⁻⁵.
    expect(Math.abs(coverage - (1 - 2 ** -5))).toBeLessThan(0.02)
  })

  test('too few vectors are refused', () => {
    expect(() => precisionRecall(cloud('a', 3, 0), cloud('b', 9, 0))).toThrow('at least 4 each')
    expect(() => precisionRecall(cloud('a', 9, 0), cloud('b', 9, 0), { neighbours: 0 })).toThrow('0 neighbours')
  })
})

describe('recognition', () => {
  test('counts who was taken for whom', () => {
    const { matrix, rate, perClass } = recognition([0, 0, 0, 0, 1], [0, 0, 0, 2, 1], 3)
    expect(matrix).toEqual([
      [3, 0, 1],
      [0, 1, 0],
      [0, 0, 0],
    ])
    expect(rate.value).toBeCloseTo(0.8, 12)
    expect(rate.standardError).toBeCloseTo(Math.sqrt(0.16 / 5), 12)
    expect(perClass).toEqual([0.75, 1, NaN])
  })

  test('labels that are none are refused', () => {
    expect(() => recognition([0, 3], [0, 0], 3)).toThrow('sample 1: label 3')
    expect(() => recognition([0, 1], [0, 3], 3)).toThrow('sample 1: label 1, answer 3')
    expect(() => recognition([0, 1], [0], 3)).toThrow('2 labels and 1 answers')
  })
})

describe('similarity of pictures', () => {
  const picture = normal(key('picture'), new Float32Array(3 * 16 * 20)).map((value) => Math.tanh(value))
  const shape = [3, 16, 20]

  test('PSNR: an error of 0.2 of a range of 2 is 20 dB', () => {
    expect(psnr([0, 1, -1], [0.2, 0.8, -1.2])).toBeCloseTo(20, 12)
    expect(psnr([0], [255], 255)).toBe(0)
    expect(psnr(picture, picture)).toBe(Infinity)
  })

  test('SSIM of a picture and itself is 1, of its negative negative; it is symmetric', () => {
    expect(ssim(picture, picture, shape)).toBeCloseTo(1, 12)
    // The negative has the same brightness: only its structure is reversed.
    const bright = picture.map((value) => 0.7 + 0.3 * value)
    const negative = bright.map((value) => 1.4 - value)
    expect(ssim(bright, negative, shape)).toBeLessThan(-0.5)
    const noisy = picture.map((value, i) => value + (i % 2 ? 0.3 : -0.3))
    expect(ssim(picture, noisy, shape)).toBeCloseTo(ssim(noisy, picture, shape), 12)
    expect(ssim(picture, noisy, shape)).toBeLessThan(0.99)
  })

  test('SSIM of constants a and b: (2ab + c₁) / (a² + b² + c₁)', () => {
    const [a, b] = [new Float64Array(256).fill(0.5), new Float64Array(256).fill(-0.25)]
    const c1 = 0.02 ** 2
    const expected = (2 * 0.5 * -0.25 + c1) / (0.25 + 0.0625 + c1)
    expect(ssim(a, b, [1, 16, 16])).toBeCloseTo(expected, 10)
    expect(ssim(a.subarray(0, 25), b.subarray(0, 25), [1, 5, 5])).toBeCloseTo(expected, 10)
  })

  test('SSIM in one window, by hand', () => {
    const w = Array.from({ length: 11 }, (_, i) => Math.exp(-((i - 5) ** 2) / 4.5))
    const total = w.reduce((sum, value) => sum + value, 0) ** 2
    const [a, b] = [picture.subarray(0, 121), picture.subarray(200, 321)]
    const mean = (f: (i: number) => number): number =>
      a.reduce((sum, _, i) => sum + (w[i % 11]! * w[Math.floor(i / 11)]! * f(i)) / total, 0)
    const [ma, mb] = [mean((i) => a[i]!), mean((i) => b[i]!)]
    const variances = mean((i) => (a[i]! - ma) ** 2) + mean((i) => (b[i]! - mb) ** 2)
    const covariance = mean((i) => (a[i]! - ma) * (b[i]! - mb))
    const [c1, c2] = [0.02 ** 2, 0.06 ** 2]
    const expected = ((2 * ma * mb + c1) * (2 * covariance + c2)) / ((ma ** 2 + mb ** 2 + c1) * (variances + c2))
    expect(ssim(a, b, [1, 11, 11])).toBeCloseTo(expected, 10)
  })

  test('pictures of other shapes are refused', () => {
    expect(() => ssim(picture, picture, [3, 16, 16])).toThrow('expected pictures [3, 16, 16]')
    expect(() => psnr([1], [1, 2])).toThrow('psnr: 1 and 2 values')
  })
})
