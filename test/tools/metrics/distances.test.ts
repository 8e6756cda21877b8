import { describe, expect, test } from 'vitest'
import { isTweedieError } from '../../../src/errors.ts'
import {
  type FeatureSet,
  energyDistance,
  featureSet,
  frechetBetween,
  frechetDistance,
  frechetEstimate,
  kernelDiscrepancy,
  kernelDistance,
  momentsOf,
  slicedWasserstein,
  unitVectors,
  wasserstein1d,
} from '../../../src/tools/metrics/index.ts'
import { fold, integers, key, normal } from '../../../src/engine/random/index.ts'

/** Normal vectors, component i with its own mean and sigma. */
function gaussian(seed: number | string, count: number, mean: readonly number[], sigma: readonly number[]): FeatureSet {
  const d = mean.length
  const data = normal(key(seed), new Float64Array(count * d))
  for (let i = 0; i < data.length; i++) data[i] = mean[i % d]! + sigma[i % d]! * data[i]!
  return featureSet(data, d)
}
const standard = (seed: number | string, count: number, d: number): FeatureSet =>
  gaussian(seed, count, Array<number>(d).fill(0), Array<number>(d).fill(1))
const diagonal = (values: readonly number[]): Float64Array =>
  Float64Array.from({ length: values.length ** 2 }, (_, at) =>
    at % (values.length + 1) === 0 ? values[at / (values.length + 1)]! : 0,
  )
const meanAndError = (values: readonly number[]): [mean: number, error: number] => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return [mean, Math.sqrt(squares / (values.length - 1) / values.length)]
}

describe('moments', () => {
  test('are those of the definition, also far from the origin', () => {
    const { mean, covariance } = momentsOf(featureSet(new Float64Array([1e8, 2, 1e8 + 1, 4, 1e8 + 2, 0]), 2))
    expect([...mean]).toEqual([1e8 + 1, 2])
    expect([...covariance]).toEqual([1, -1, -1, 4])
  })
})

describe('Fréchet distance between normal distributions', () => {
  test('of diagonal covariances: |Δμ|² + Σ (σ₁ − σ₂)²', () => {
    const a = { mean: new Float64Array([1, 2, 3]), covariance: diagonal([4, 1, 0]) }
    const b = { mean: new Float64Array([1, 0, 4]), covariance: diagonal([9, 0.25, 2]) }
    expect(frechetBetween(a, b)).toBeCloseTo(0 + 4 + 1 + 1 + 0.25 + 2, 12)
    expect(frechetBetween(b, a)).toBeCloseTo(frechetBetween(a, b), 12)
  })

  test('of scaled covariances: (1 − c)² tr Σ; of a rotation of both: unchanged', () => {
    const { mean, covariance } = momentsOf(standard(1, 40, 12))
    const trace = covariance.reduce((sum, value, at) => (at % 13 === 0 ? sum + value : sum), 0)
    const scaled = { mean, covariance: covariance.map((value) => 9 * value) }
    expect(frechetBetween({ mean, covariance }, scaled)).toBeCloseTo(4 * trace, 10)
    const angle = 0.7
    const [c, s] = [Math.cos(angle), Math.sin(angle)]
    const turn = (x: number, y: number): number[] => [c * x - s * y, s * x + c * y]
    const set = gaussian(5, 300, [1, 2], [1, 3])
    const other = gaussian(6, 300, [0, 1], [2, 0.1])
    const turned = [set, other].map(({ data }) =>
      featureSet(
        Float64Array.from(data).map((_, i) => turn(data[i - (i % 2)]!, data[i - (i % 2) + 1]!)[i % 2]!),
        2,
      ),
    )
    expect(frechetDistance(turned[0]!, turned[1]!)).toBeCloseTo(frechetDistance(set, other), 10)
  })

  test('of two full covariances in the plane: tr (Σ₁Σ₂)^{1/2} = (tr Σ₁Σ₂ + 2 (det Σ₁Σ₂)^{1/2})^{1/2}', () => {
    const [a, b] = [new Float64Array([2, 0.5, 0.5, 1]), new Float64Array([1, -0.8, -0.8, 3])]
    const trace = 2 * 1 + 2 * 0.5 * -0.8 + 1 * 3
    const root = Math.sqrt(trace + 2 * Math.sqrt((2 - 0.25) * (3 - 0.64)))
    const mean = new Float64Array(2)
    expect(frechetBetween({ mean, covariance: a }, { mean, covariance: b })).toBeCloseTo(3 + 4 - 2 * root, 12)
  })

  test('of singular covariances: 0 for equal ones, the sum of traces for orthogonal ones', () => {
    const few = standard(2, 10, 64)
    const trace = momentsOf(few).covariance.reduce((sum, value, at) => (at % 65 === 0 ? sum + value : sum), 0)
    expect(frechetDistance(few, few)).toBeLessThan(1e-6 * trace)
    const mean = new Float64Array(4)
    const [a, b] = [diagonal([3, 2, 0, 0]), diagonal([0, 0, 5, 1])]
    expect(frechetBetween({ mean, covariance: a }, { mean, covariance: b })).toBeCloseTo(11, 12)
  })
})

describe('Fréchet distance between samples', () => {
  test('tends to the distance of the distributions', () => {
    const a = gaussian('a', 20_000, [0, 1, 2], [1, 2, 0.5])
    const b = gaussian('b', 20_000, [1, 1, 0], [2, 1, 0.5])
    const { distance, corrected, standardError } = frechetEstimate(a, b)
    expect(distance).toBeCloseTo(frechetDistance(a, b), 12)
    expect(standardError).toBeGreaterThan(0.01)
    expect(standardError).toBeLessThan(0.2)
    expect(Math.abs(corrected - 7)).toBeLessThan(4 * standardError)
  })

  test('is biased, and corrected is not: twenty pairs of equal distributions', () => {
    const pairs = Array.from({ length: 20 }, (_, i) =>
      frechetEstimate(standard(`x${i}`, 200, 8), standard(`y${i}`, 150, 8), { key: key(i) }),
    )
    const [biased] = meanAndError(pairs.map(({ distance }) => distance))
    const [corrected, error] = meanAndError(pairs.map((pair) => pair.corrected))
    expect(biased).toBeGreaterThan(10 * error)
    expect(Math.abs(corrected)).toBeLessThan(4 * error)
    expect(Math.abs(corrected)).toBeLessThan(biased / 5)
  })

  test('of a set with fixed numbers of each class, it is unbiased only where the groups keep them', () => {
    const means = [-6, -2, 2, 6]
    const classes = Int32Array.from({ length: 160 }, (_, i) => i % 4)
    // Class k lies around means[k]: in fixed numbers here, in random ones there.
    const around = (seed: string, labels: Int32Array): FeatureSet => {
      const data = normal(key(seed), new Float64Array(2 * labels.length))
      labels.forEach((label, i) => (data[2 * i]! += means[label]!))
      return featureSet(data, 2)
    }
    const pairs = Array.from({ length: 20 }, (_, i) => {
      const real = around(`r${i}`, integers(key(`l${i}`), 20_000, 0, 4))
      const drawn = around(`d${i}`, classes)
      const of = (strata?: Int32Array): number => frechetEstimate(real, drawn, { key: key(i), strata }).corrected
      return { kept: of(classes), mixed: of() }
    })
    const [kept, error] = meanAndError(pairs.map((pair) => pair.kept))
    const [mixed] = meanAndError(pairs.map((pair) => pair.mixed))
    expect(Math.abs(kept)).toBeLessThan(4 * error)
    expect(mixed).toBeLessThan(-10 * error)
  })

  test('the error bar is of the right size: the scatter of twenty pairs of different distributions', () => {
    const pairs = Array.from({ length: 20 }, (_, i) =>
      frechetEstimate(standard(`p${i}`, 400, 3), gaussian(`q${i}`, 400, [1, 0, 0], [1, 2, 1]), { key: key(i) }),
    )
    const [mean, error] = meanAndError(pairs.map((pair) => pair.corrected))
    const [bar] = meanAndError(pairs.map((pair) => pair.standardError))
    expect(Math.abs(mean - 2)).toBeLessThan(4 * error)
    expect(bar / (error * Math.sqrt(20))).toBeGreaterThan(0.6)
    expect(bar / (error * Math.sqrt(20))).toBeLessThan(1.6)
  })
})

describe('kernel distance', () => {
  test('is the definition, on three and two numbers', () => {
    const [x, y] = [
      [1, 2, -1],
      [0.5, 3],
    ]
    const k = (a: number, b: number): number => (a * b + 1) ** 3
    const within = (s: number[]): number[] => s.flatMap((a, i) => s.filter((_, j) => j !== i).map((b) => k(a, b)))
    const average = (s: number[]): number => s.reduce((sum, value) => sum + value, 0) / s.length
    const expected = average(within(x!)) + average(within(y!)) - 2 * average(x!.flatMap((a) => y!.map((b) => k(a, b))))
    const got = kernelDiscrepancy(featureSet(Float64Array.from(x!), 1), featureSet(Float64Array.from(y!), 1))
    expect(got).toBeCloseTo(expected, 12)
  })

  test('is 0 on average for equal distributions, and sometimes negative', () => {
    const values = Array.from({ length: 60 }, (_, i) =>
      kernelDiscrepancy(standard(`k${i}`, 60, 4), standard(`l${i}`, 40, 4)),
    )
    const [mean, error] = meanAndError(values)
    expect(Math.abs(mean)).toBeLessThan(3.5 * error)
    expect(values.some((value) => value < 0)).toBe(true)
    expect(values.some((value) => value > 0)).toBe(true)
  })

  test('of N(0, 1) and N(δ, 1): 3 δ² + 3 δ⁴ + (3 δ + δ³)²', () => {
    const delta = 0.5
    const truth = 3 * delta ** 2 + 3 * delta ** 4 + (3 * delta + delta ** 3) ** 2
    const { value, standardError } = kernelDistance(standard('m', 3000, 1), gaussian('n', 2500, [delta], [1]))
    expect(Math.abs(value - truth)).toBeLessThan(4 * standardError)
    expect(standardError).toBeLessThan(truth / 4)
    expect(standardError).toBeGreaterThan(truth / 100)
  })
})

describe('Wasserstein distance', () => {
  test('on the line: a shift, a scale, unequal numbers, points apart', () => {
    const x = [...standard('w', 101, 1).data]
    const shifted = x.map((value) => value + 3).reverse()
    for (const p of [1, 2, 3]) expect(wasserstein1d(x, shifted, p)).toBeCloseTo(3, 12)
    expect(wasserstein1d([0, 1], [0, 0, 1, 1])).toBe(0)
    expect(wasserstein1d([0], [1, -1, 3], 1)).toBeCloseTo(5 / 3, 12)
    expect(wasserstein1d([0, 1], [0, 0.5, 1], 1)).toBeCloseTo((0.5 + 0.5) / 6, 12)
    const sigma2 = wasserstein1d(gaussian('u', 20_000, [0], [1]).data, gaussian('v', 20_000, [0], [3]).data)
    expect(Math.abs(sigma2 - 2)).toBeLessThan(0.1)
  })

  test('sliced, of a shift by v: |v| / √D', () => {
    const a = standard('s', 50, 3)
    const v = [1, -2, 0.5]
    const b = featureSet(
      Float64Array.from(a.data).map((value, i) => value + v[i % 3]!),
      3,
    )
    const norm = Math.hypot(...v)
    expect(Math.abs(slicedWasserstein(a, b, { directions: 4000 }) - norm / Math.sqrt(3))).toBeLessThan(0.03)
    // With the axes as directions there is no chance in it.
    expect(slicedWasserstein(a, b, { directions: diagonal([1, 1, 1]) })).toBeCloseTo(norm / Math.sqrt(3), 12)
    expect(slicedWasserstein(a, b, { directions: diagonal([1, 1, 1]), order: 1 })).toBeCloseTo(3.5 / 3, 12)
    expect(slicedWasserstein(a, a)).toBe(0)
  })

  test('the same key gives the same directions, another one others; all are units', () => {
    const [a, b] = [standard('c', 30, 5), standard('d', 40, 5)]
    const with7 = slicedWasserstein(a, b, { key: key(7) })
    expect(slicedWasserstein(a, b, { key: key(7) })).toBe(with7)
    expect(slicedWasserstein(a, b, { key: key(8) })).not.toBe(with7)
    const vectors = unitVectors(fold(key(1), 2), 10, 5)
    for (let i = 0; i < 50; i += 5) expect(Math.hypot(...vectors.subarray(i, i + 5))).toBeCloseTo(1, 14)
  })
})

describe('energy distance', () => {
  test('of two points each, by hand; of normal distributions far apart, twice their distance less their widths', () => {
    const set = (...values: number[]): FeatureSet => featureSet(Float64Array.from(values), 1)
    expect(energyDistance(set(0, 1), set(2, 5))).toBeCloseTo(2 * ((2 + 5 + 1 + 4) / 4) - 1 - 3, 12)
    const value = energyDistance(standard('e', 800, 1), gaussian('f', 800, [50], [1]))
    expect(Math.abs(value - (100 - 4 / Math.sqrt(Math.PI)))).toBeLessThan(0.4)
  })

  test('is 0 on average for equal distributions', () => {
    const [mean, error] = meanAndError(
      Array.from({ length: 40 }, (_, i) => energyDistance(standard(`g${i}`, 50, 2), standard(`h${i}`, 70, 2))),
    )
    expect(Math.abs(mean)).toBeLessThan(3.5 * error)
  })
})

describe('sets that cannot be compared', () => {
  test('are refused: other dimensions, too few, not finite', () => {
    const code = (run: () => unknown): unknown => {
      try {
        run()
      } catch (error) {
        return isTweedieError(error) && error.code
      }
      return undefined
    }
    for (const metric of [frechetDistance, frechetEstimate, kernelDistance, slicedWasserstein, energyDistance]) {
      expect(code(() => metric(standard(1, 30, 2), standard(1, 30, 3)))).toBe('shape')
    }
    for (const metric of [frechetEstimate, kernelDistance]) {
      expect(code(() => metric(standard(1, 30, 2), standard(1, 19, 2)))).toBe('shape')
      expect(code(() => metric(standard(1, 30, 2), standard(1, 20, 2)))).toBeUndefined()
    }
    expect(code(() => featureSet(new Float64Array(7), 2))).toBe('shape')
    expect(code(() => featureSet(new Float64Array([1, 2, 3, NaN]), 2))).toBe('diverged')
  })
})
