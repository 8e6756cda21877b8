/** Memories of patterns: found where they differ, the same where they do not, positive always; draws and densities in closed form. */
import { array, assert, double, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { symmetricEigen } from '../../../src/diffusion/denoise/eigen.ts'
import { drawWindows, type FieldLaw, fitFieldLaw, windowLogDensity } from '../../../src/diffusion/prior/index.ts'
import { correlationsOf, lagProducts, windowMoments, windowsIn } from '../../../src/diffusion/prior/lag-products.ts'
import { fold, key, normal } from '../../../src/engine/random/index.ts'

const T = 4
/** Two patterns at right angles on 2 × 2 places, each an AR(1) of its own, and white noise. */
const patterns = [
  [0.5, 0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5, -0.5],
] as const
function fields(n: number, memory: readonly [number, number], seed = 1): Float32Array {
  const courses = memory.map((rho, k) => {
    const z = normal(fold(key(seed), k), new Float64Array(n))
    for (let i = 1; i < n; i++) z[i] = rho * z[i - 1]! + Math.sqrt(1 - rho ** 2) * z[i]!
    return z
  })
  const noise = normal(fold(key(seed), 'noise'), new Float64Array(4 * n))
  return Float32Array.from(
    noise,
    (e, at) =>
      0.2 * e +
      3 * courses[0]![Math.floor(at / 4)]! * patterns[0][at % 4]! +
      2 * courses[1]![Math.floor(at / 4)]! * patterns[1][at % 4]!,
  )
}
const fitted = (states: Float32Array, memoryShare: number | 'likeliest' = 'likeliest') =>
  fitFieldLaw({ states, grid: [2, 2], window: T, patterns: 2, shrinkage: { share: 0, reach: 1 }, memoryShare })

/** R_k between the first state and each. */
function memoryOf({ states, rhythms, weights, memories }: FieldLaw, k: number): number[] {
  const [own, values] = memories
    ? [memories.rhythms.subarray(k * states ** 2), memories.weights.subarray(k * states)]
    : [rhythms, weights]
  return Array.from({ length: states }, (_, t) => {
    let sum = 0
    for (let i = 0; i < states; i++) sum += values[i]! * own[i * states]! * own[i * states + t]!
    return sum
  })
}

describe('patterns that forget at different speeds', () => {
  const law = fitted(fields(4000, [0.95, 0.3]))
  test('each has its own correlation in time', () => {
    // white noise of variance 0.04 is part of both
    const shares = [9 / 9.04, 4 / 4.04]
    ;[0.95, 0.3].forEach((rho, k) => {
      memoryOf(law, k).forEach((value, t) => expect(value).toBeCloseTo(t === 0 ? 1 : shares[k]! * rho ** t, 1))
    })
    expect(law.memoryShare).toBe(0)
    // what lies beside them is white
    memoryOf({ ...law, memories: undefined }, 0).forEach((value, t) => expect(value).toBeCloseTo(t === 0 ? 1 : 0, 1))
    expect(law.variances[0]).toBeGreaterThan(law.variances[1]!)
  })
  test('other states are likelier than under one memory for all', () => {
    const [states, same] = [fields(400, [0.95, 0.3], 2), fitted(fields(4000, [0.95, 0.3]), 1)]
    const sum = (of: FieldLaw) => windowLogDensity(of, states).reduce((all, each) => all + each, 0)
    expect(sum(law)).toBeGreaterThan(sum(same) + 100)
  })
  test('few states are drawn towards the common memory', () => {
    expect(fitted(fields(40, [0.9, 0.8])).memoryShare).toBeGreaterThan(0)
  })
})

test('one memory for all is the product of time and space', () => {
  const noise = normal(key(8), new Float64Array(3000 * 4))
  for (let i = 4; i < noise.length; i++) noise[i] = 0.8 * noise[i - 4]! + 0.6 * noise[i]!
  const states = Float32Array.from(noise, (value, at) => value * (at % 4 < 2 ? 3 : 1))
  const [chosen, same] = [fitted(states), fitted(states, 1)]
  expect(same.memories).toBeUndefined()
  for (const k of [0, 1]) {
    memoryOf(chosen, k).forEach((value, t) => expect(Math.abs(value - memoryOf(same, k)[t]!)).toBeLessThan(0.03))
  }
})

test('any states give a law that is positive, and whose density is that of its dense matrix', () => {
  assert(
    property(
      array(double({ min: -3, max: 3, noNaN: true }), { minLength: 36, maxLength: 60 }),
      integer(),
      (raw, seed) => {
        const states = Float32Array.from(raw.slice(0, raw.length - (raw.length % 2)))
        const law = fitFieldLaw({ states, grid: [1, 2], window: 3, patterns: 1, shrinkage: { share: 0.1, reach: 1 } })
        const each = [...law.weights, ...(law.memories?.weights ?? [])]
        expect(each.every((value) => value > 0 && Number.isFinite(value))).toBe(true)
        if (!(law.rest > 1e-6)) return
        const x = drawWindows(law, 1, key(seed))
        expect(Number.isFinite(windowLogDensity(law, x)[0])).toBe(true)
      },
    ),
    { numRuns: 30 },
  )
})

test('draws have the covariance of the law, and densities its normalisation', () => {
  const law = fitted(fields(400, [0.9, 0.2]))
  const many = 4000
  const x = drawWindows(law, many, key(3))
  const d = T * 4
  const covariance = new Float64Array(d * d)
  for (let n = 0; n < many; n++) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        covariance[i * d + j]! += ((x[n * d + i]! - law.mean[i % 4]!) * (x[n * d + j]! - law.mean[j % 4]!)) / many
      }
    }
  }
  // E log N(x) = −(log det 2πΣ + d)/2, and the determinant is that of what was drawn
  const { values } = symmetricEigen(covariance, d)
  const entropy = values.reduce((sum, value) => sum + Math.log(2 * Math.PI * value) + 1, 0) / 2
  const mean = windowLogDensity(law, x).reduce((sum, value) => sum + value / many, 0)
  expect(-mean / entropy).toBeCloseTo(1, 2)
  expect(() => windowLogDensity(law, [1, 2])).toThrow('no windows')
})

describe('products of states', () => {
  const rows = Float64Array.from([1, 2, 4, 8, 16])
  const all = lagProducts(rows, 1, 2, [0, 3])
  test('do not reach over the end of a trajectory, nor into what is left out', () => {
    expect([...all.products]).toEqual([1, 2, 4, 8, 16, 0, 64, 128, 256, 0])
    expect(correlationsOf(all)![1]).toBeCloseTo(138 / 341, 12)
    expect(correlationsOf(all, [1, 2])![1]).toBeCloseTo(128 / 337, 12)
    expect(correlationsOf(lagProducts(new Float64Array(3), 1, 2, [0]))).toBeUndefined()
  })
  test('make the moments of windows', () => {
    expect(windowsIn(all, [0, 5])).toEqual([0, 3])
    expect(windowsIn(all, [2, 5])).toEqual([3])
    expect([...windowMoments(all, [0, 3])]).toEqual([1 + 64, 2 + 128, 2 + 128, 4 + 256])
  })
})
