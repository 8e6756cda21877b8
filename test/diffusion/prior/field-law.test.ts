/** Gaussian laws of fields: closed forms against dense matrices, a network behind one, and the posterior given observations. */
import { describe, expect, test } from 'vitest'
import { gaussianDenoiser } from '../../../src/diffusion/denoise/gaussian.ts'
import { symmetricEigen } from '../../../src/diffusion/denoise/eigen.ts'
import { objectiveOf } from '../../../src/diffusion/denoise/objective-spec.ts'
import { differentiableGaussian, mmps } from '../../../src/diffusion/guidance/index.ts'
import { maskOperator, observation } from '../../../src/diffusion/measure/index.ts'
import { cosineSchedule, scheduleOfNoise } from '../../../src/diffusion/noise/index.ts'
import {
  fieldDenoiser,
  type FieldLaw,
  fitFieldLaw,
  preconditioned,
  predictionScale,
} from '../../../src/diffusion/prior/index.ts'
import { smoother } from '../../../src/diffusion/prior/smoother.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { constant, filled, input, type Tensor } from '../../../src/engine/graph/index.ts'
import type { Network } from '../../../src/engine/nn/network.ts'
import { Scope } from '../../../src/engine/nn/parameters.ts'
import { key, normal } from '../../../src/engine/random/index.ts'

const schedule = cosineSchedule()
const [T, rows, columns] = [3, 2, 3] as const
const S = rows * columns

/** States of a chain in time whose neighbours in space go together, with a daily cycle. */
function chain(n: number): { readonly states: Float32Array; readonly angles: Float64Array } {
  const noise = normal(key(7), new Float64Array(n * S))
  const states = new Float32Array(n * S)
  const angles = Float64Array.from({ length: n }, (_, i) => (2 * Math.PI * i) / 8)
  const field = new Float64Array(S)
  for (let i = 0; i < n; i++) {
    for (let s = 0; s < S; s++)
      field[s] = 0.8 * field[s]! + 0.6 * (noise[i * S + s]! + (s > 0 ? noise[i * S + s - 1]! : 0))
    for (let s = 0; s < S; s++) states[i * S + s] = field[s]! + 2 * Math.cos(angles[i]!) + s
  }
  return { states, angles }
}

const { states, angles } = chain(400)
const usual = { states, grid: [rows, columns], window: T, angles, patterns: 4 } as const
/** The patterns have memories of their own, or all the same one. */
const [law, separable] = [fitFieldLaw({ ...usual, memoryShare: 0 }), fitFieldLaw({ ...usual, memoryShare: 1 })]

/** Σ as a matrix over states and places. */
function dense({ states: n, size, patterns, variances, rest, rhythms, weights, memories }: FieldLaw): Float64Array {
  const d = n * size
  const inTime = (vectors: Float32Array, values: Float32Array, t: number, u: number): number =>
    values.reduce((sum, value, i) => sum + value * vectors[i * n + t]! * vectors[i * n + u]!, 0)
  return Float64Array.from({ length: d * d }, (_, at) => {
    const [a, b] = [Math.floor(at / d), at % d]
    const [t, s, u, r] = [Math.floor(a / size), a % size, Math.floor(b / size), b % size]
    const common = inTime(rhythms, weights, t, u)
    return variances.reduce(
      (sum, variance, k) => {
        const own = memories
          ? inTime(
              memories.rhythms.subarray(k * n * n, (k + 1) * n * n),
              memories.weights.subarray(k * n, (k + 1) * n),
              t,
              u,
            )
          : common
        return sum + (variance * own - rest * common) * patterns[k * size + s]! * patterns[k * size + r]!
      },
      s === r ? rest * common : 0,
    )
  })
}

const still = { ...law, cycle: undefined }
const meanOf = Float64Array.from({ length: T * S }, (_, i) => law.mean[i % S]!)
const matrix = { schedule, mean: meanOf, covariance: dense(law) }
const far = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)))

describe('the law', () => {
  test('has the mean, the daily cycle and the variance of its data', () => {
    law.mean.forEach((value, s) => expect(Math.abs(value - s)).toBeLessThan(0.6))
    expect(law.cycle!.coefficients[0]).toBeCloseTo(2, 0)
    expect(law.cycle!.turn).toBeCloseTo(Math.PI / 4, 12)
    const anomalies = states.map((value, i) => {
      const angle = angles[Math.floor(i / S)]!
      const c = law.cycle!.coefficients
      const s = i % S
      return (
        value -
        law.mean[s]! -
        c[s]! * Math.cos(angle) -
        c[S + s]! * Math.sin(angle) -
        c[2 * S + s]! * Math.cos(2 * angle) -
        c[3 * S + s]! * Math.sin(2 * angle)
      )
    })
    const measured = anomalies.reduce((sum, value) => sum + value ** 2, 0) / 400
    const known = law.variances.reduce((sum, value) => sum + value, 0) + (S - 4) * law.rest
    expect(known / measured).toBeCloseTo(1, 3)
    expect(law.weights.reduce((sum, value) => sum + value, 0)).toBeCloseTo(T, 4)
  })
  test('is that of one variable after another where there are two', () => {
    const two = new Float32Array(400 * 2 * S)
    for (let i = 0; i < 400; i++)
      for (let s = 0; s < 2 * S; s++) two[i * 2 * S + s] = states[i * S + (s % S)]! * (s < S ? 1 : -2)
    const fitted = fitFieldLaw({ states: two, grid: [rows, columns], variables: 2, window: T })
    expect(fitted.size).toBe(2 * S)
    expect(fitted.mean[S]! / fitted.mean[0]!).toBeCloseTo(-2, 4)
  })
  test('falls with the distance as far as it is shrunk', () => {
    const cells = Int32Array.from({ length: S }, (_, i) => i)
    const smooth = smoother(cells, new Float64Array(S).fill(1), [1, rows, columns], 2)
    const out = new Float64Array(S)
    smooth(Float64Array.of(1, 0, 0, 0, 0, 0), out)
    expect(out[5]).toBeCloseTo(Math.exp(-3 / 2), 12)
    expect(out[0]).toBeCloseTo(1, 12)
  })
  test('refuses what it cannot be fitted to', () => {
    expect(() => fitFieldLaw({ states: states.subarray(0, 5 * S), grid: [rows, columns], window: 3 })).toThrow(
      'three windows',
    )
    expect(() => fitFieldLaw({ states: states.subarray(1), grid: [rows, columns], window: 3 })).toThrow('no')
    expect(() => fieldDenoiser({ schedule, law, shape: [1, 4, 2, 3] })).toThrow('no items')
  })
})

describe('the denoiser', () => {
  const x = normal(key(3), new Float64Array(2 * T * S))
  test('is that of the dense matrix, and so is its derivative', () => {
    for (const each of [still, { ...separable, cycle: undefined }]) {
      const exact = differentiableGaussian({ ...matrix, covariance: dense(each) })
      const own = fieldDenoiser({ schedule, law: each })
      for (const t of [0.05, 0.5, 0.95]) {
        expect(far(own.denoise(x, t), exact.denoise(x, t))).toBeLessThan(1e-5)
        expect(far(own.vjp(x, t, x), exact.vjp(x, t, x))).toBeLessThan(1e-5)
      }
    }
  })
  test('guided by observations it is the posterior mean of Gaussians, for every x', async () => {
    // no signal is left: x says nothing, and the mean is that given y alone
    const mask = Array.from({ length: T * S }, (_, i) => Number(i % 4 === 0))
    const seen = maskOperator([1, T, S], mask)
    const places = mask.flatMap((value, i) => (value ? [i] : []))
    const y = normal(key(5), new Float64Array(places.length))
    const guided = mmps(fieldDenoiser({ schedule, law: still }), observation(seen, y, 0.3), { iterations: 40 })
    const t = schedule.timeOfLogSnr(-30)
    const found = await guided.denoise(x.subarray(0, T * S), t)
    expect(far(found, kriging(matrix.covariance, meanOf, places, y, 0.3))).toBeLessThan(1e-3)
  })
  test('follows the time of day of each item', () => {
    const own = fieldDenoiser({ schedule, law })
    const angle = 1.1
    const told = own.denoise(new Float64Array(T * S), 1, {
      conditions: { time: Float32Array.of(Math.sin(angle), Math.cos(angle), 1) },
    })
    const c = law.cycle!.coefficients
    for (const t of [0, 2]) {
      const at = angle + t * law.cycle!.turn
      const mean =
        law.mean[1]! +
        c[1]! * Math.cos(at) +
        c[S + 1]! * Math.sin(at) +
        c[2 * S + 1]! * Math.cos(2 * at) +
        c[3 * S + 1]! * Math.sin(2 * at)
      expect(told[t * S + 1]).toBeCloseTo(mean, 2)
    }
  })
})

/** m + Σ Aᵀ (A Σ Aᵀ + σ² I)⁻¹ (y − A m), by eigenvectors of the small matrix. */
function kriging(
  covariance: Float64Array,
  mean: Float64Array,
  places: readonly number[],
  y: Float64Array,
  sigma: number,
) {
  const [d, m] = [mean.length, places.length]
  const gram = Float64Array.from({ length: m * m }, (_, at) => {
    const [i, j] = [Math.floor(at / m), at % m]
    return covariance[places[i]! * d + places[j]!]! + (i === j ? sigma ** 2 : 0)
  })
  const { values, vectors } = symmetricEigen(gram, m)
  const residual = places.map((place, i) => y[i]! - mean[place]!)
  const u = new Float64Array(m)
  values.forEach((value, k) => {
    const along = residual.reduce((sum, r, i) => sum + r * vectors[k * m + i]!, 0) / value
    for (let i = 0; i < m; i++) u[i]! += along * vectors[k * m + i]!
  })
  return mean.map((value, i) => value + places.reduce((sum, place, j) => sum + covariance[i * d + place]! * u[j]!, 0))
}

describe('a network behind it', () => {
  const tables = { table: 'squaredcos_cap_v2', levels: 100 } as const
  const networkOf = (output: (x: Tensor) => Tensor): Network => ({
    className: 'Own',
    config: {},
    inputShape: [T, rows, columns],
    outputShape: [T, rows, columns],
    conditions: { time: { kind: 'vector', size: 2, nothing: true } },
    build: (_, { x }) => output(x),
  })
  const zero = networkOf((x) => filled(0, x.shape))

  test.each([
    ['v', tables],
    ['epsilon', tables],
    ['sample', tables],
    ['flow', { schedule: 'rectified-flow' }],
  ] as const)('predicts what the Gaussian does where it is zero: %s', (parametrisation, noise) => {
    const objective = objectiveOf({ parametrisation, weighting: 'simple' }, scheduleOfNoise(noise as never))
    const { schedule: own, view } = objective
    const x = Float32Array.from(normal(key(2), new Float64Array(T * S)))
    const angle = 0.4
    const time = Float32Array.of(Math.sin(angle), Math.cos(angle), 1)
    for (const t of [0.004, 0.031, 0.5, 0.875, 1].filter((each) => each > 0.01 || own.table)) {
      if (t === 1 && !own.table) continue
      const built = preconditioned(zero, { law, variables: 1, ...objective }).build(new Scope(), {
        x: input('x', [1, T, rows, columns]),
        t: input('t', [1]),
        conditions: { time: input('time', [1, 3]) },
      })
      const [said] = evaluate([built], { x, t: Float32Array.of(view.time(t)), time })
      const weights = objective.parametrisation.weights(own, t)
      const mean = fieldDenoiser({ schedule: own, law, shape: [1, T, rows, columns] }).denoise(
        Float64Array.from(x),
        t,
        {
          conditions: { time },
        },
      )
      const expected = mean.map(
        (x0, i) => weights.sample * x0 + (weights.noise * (x[i]! - own.alpha(t) * x0)) / own.sigma(t),
      )
      const size = Math.max(1, ...expected.map(Math.abs))
      expect(far(said!.data as unknown as Float32Array, expected) / size).toBeLessThan(2e-4)
    }
  })
  test('adds what it says in units of the doubt that is left', () => {
    const objective = objectiveOf({ parametrisation: 'v', weighting: 'simple' }, scheduleOfNoise(tables))
    const at = (network: Network): Float32Array => {
      const built = preconditioned(network, { law, variables: 1, ...objective }).build(new Scope(), {
        x: constant(new Float32Array(T * S), [1, T, rows, columns]),
        t: constant(Float32Array.of(50), [1]),
      })
      return evaluate([built], {})[0]!.data as unknown as Float32Array
    }
    const change = far(at(networkOf((x) => filled(1, x.shape))), at(zero))
    expect(change / predictionScale({ law, ...objective }, 51 / 100)).toBeCloseTo(1, 4)
    // c² is the mean posterior variance
    const doubt = gaussianDenoiser({ ...matrix, schedule: objective.schedule }).variance(new Float64Array(T * S), 0.51)
    const c = Math.sqrt(Float64Array.from(doubt).reduce((sum, value) => sum + value, 0) / (T * S))
    expect(predictionScale({ law, ...objective }, 0.51) * objective.schedule.sigma(0.51)).toBeCloseTo(c, 4)
  })
  test('is refused where the posterior mean is not worked out', () => {
    const objective = objectiveOf(
      { parametrisation: 'edm', weighting: 'edm' },
      scheduleOfNoise({ schedule: 'edm' } as never),
    )
    expect(() => preconditioned(zero, { law, variables: 1, ...objective })).toThrow('not worked out there')
    const fine = objectiveOf({ parametrisation: 'v', weighting: 'simple' }, scheduleOfNoise(tables))
    expect(() => preconditioned({ ...zero, inputShape: [5] }, { law, variables: 1, ...fine })).toThrow(
      'a law of 3 states',
    )
  })
})
