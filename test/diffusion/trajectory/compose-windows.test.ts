/** Denoisers of trajectories made of denoisers of windows. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Conditions, DenoiseContext, Denoiser, FloatArray } from '../../../src/diffusion/denoise/denoiser.ts'
import {
  type DifferentiableDenoiser,
  differentiableGaussian,
  differentiableMixture,
} from '../../../src/diffusion/guidance/differentiable.ts'
import { selfConditioned } from '../../../src/diffusion/denoise/self-conditioned.ts'
import { cosineSchedule, timeOfNoiseLevel } from '../../../src/diffusion/noise/index.ts'
import { composeWindows, type WindowBlend, windowPlan } from '../../../src/diffusion/trajectory/index.ts'
import { key, normal } from '../../../src/engine/random/index.ts'

const schedule = cosineSchedule()
const blends: readonly WindowBlend[] = ['centre', 'mean', 'taper']

/** The covariance ρ^|i − j| of a stationary chain of unit variance. */
const chain = (length: number, rho: number): Float64Array =>
  Float64Array.from({ length: length ** 2 }, (_, at) => rho ** Math.abs(Math.floor(at / length) - (at % length)))

const chainDenoiser = (length: number, rho: number, shape: readonly number[] = [length, 1]) =>
  differentiableGaussian({ schedule, mean: new Float64Array(length), covariance: chain(length, rho), shape })

/** A denoiser that records its calls and gives a function of the place within the window and of the conditions. */
function watched(shape: readonly number[], value: (x: number, i: number) => number = (x) => x) {
  const calls: { readonly items: number; readonly conditions: Conditions | undefined }[] = []
  const size = shape.reduce((a, b) => a * b, 1)
  const denoiser: Denoiser = {
    schedule,
    shape,
    denoise(x: FloatArray, _: number, context?: DenoiseContext) {
      calls.push({ items: x.length / size, conditions: context?.conditions })
      return x.map((each, i) => value(each, i % size))
    },
  }
  return { denoiser, calls }
}

describe('the plan', () => {
  it('covers every state, with shares that add up to 1, whatever the sizes', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(...blends),
        (window, more, step, blend) => {
          const stride = Math.min(step, window)
          const { starts, shares, length } = windowPlan(window, { length: window + more, stride, blend })
          const sums = new Float64Array(length)
          starts.forEach((start, j) => {
            for (let i = 0; i < window; i++) sums[start + i]! += shares[j * window + i]!
          })
          for (const sum of sums) expect(sum).toBeCloseTo(1, 12)
          expect(starts.at(-1)! + window).toBe(length)
        },
      ),
    ))

  it('of SDA: ends from the first and the last window, middles from all others', () => {
    const { starts, shares } = windowPlan(5, { length: 8 })
    expect(starts).toEqual([0, 1, 2, 3])
    const rows = starts.map((_, j) => Array.from(shares.subarray(5 * j, 5 * j + 5)))
    expect(rows).toEqual([
      [1, 1, 1, 0, 0],
      [0, 0, 1, 0, 0],
      [0, 0, 1, 0, 0],
      [0, 0, 1, 1, 1],
    ])
  })

  it('of blankets: overlaps are averaged, or weighed by the distance to the ends', () => {
    const halves = windowPlan(4, { length: 6, stride: 2, blend: 'mean' })
    expect(Array.from(halves.shares)).toEqual([1, 1, 0.5, 0.5, 0.5, 0.5, 1, 1])
    const tapered = windowPlan(4, { length: 6, stride: 2, blend: 'taper' })
    expect(Array.from(tapered.shares)).toEqual([1, 1, 2 / 3, 1 / 3, 1 / 3, 2 / 3, 1, 1])
  })

  it.each([
    [{ length: 4 }, 'as many states as a window, 5, or more'],
    [{ length: 9, stride: 6 }, 'from 1 to the 5 states'],
    [{ length: 9, blend: 'middle' as WindowBlend }, 'one of centre, mean, taper'],
  ])('%o is refused', (options, message) => expect(() => windowPlan(5, options)).toThrow(message))
})

describe('layouts', () => {
  it.each([
    ['[T, d]', [3, 2], undefined, [7, 2]],
    ['[C, T, H, W]', [2, 3, 2, 2], undefined, [2, 7, 2, 2]],
    ['[d, T]', [2, 3], 1, [2, 7]],
  ])('%s: what leaves every number as it is does so in the long run', async (_, shape, axis, long) => {
    const x = normal(key('x'), new Float64Array(2 * long.reduce((a, b) => a * b, 1)))
    for (const blend of blends) {
      const composed = composeWindows(watched(shape).denoiser, { length: 7, axis, blend, batch: 3 })
      expect(composed.shape).toEqual(long)
      const out = await composed.denoise(x, 0.5)
      out.forEach((value, i) => expect(value).toBeCloseTo(x[i]!, 12))
    }
  })

  it('an axis that is none is refused', () =>
    expect(() => composeWindows(watched([5]).denoiser, { length: 9, axis: 1 })).toThrow('`axis` is 1'))

  it('a window as long as the trajectory is the denoiser itself', async () => {
    const windows = chainDenoiser(6, 0.8)
    const x = normal(key('x'), new Float64Array(12))
    expect(Array.from(await composeWindows(windows, { length: 6 }).denoise(x, 0.4))).toEqual(
      Array.from(windows.denoise(x, 0.4)),
    )
  })
})

describe('batches', () => {
  it('no evaluation is larger than asked, and the result does not depend on it', async () => {
    const x = normal(key('x'), new Float64Array(2 * 7))
    const windows = chainDenoiser(3, 0.9)
    const whole = await composeWindows(windows, { length: 7, batch: 100 }).denoise(x, 0.3)
    for (const batch of [1, 3, 4]) {
      const { denoiser, calls } = watched([3, 1])
      await composeWindows(denoiser, { length: 7, batch }).denoise(x, 0.3)
      expect(Math.max(...calls.map(({ items }) => items))).toBe(batch)
      expect(calls.reduce((sum, { items }) => sum + items, 0)).toBe(10)
      const parts = await composeWindows(windows, { length: 7, batch }).denoise(x, 0.3)
      expect(Array.from(parts)).toEqual(Array.from(whole))
    }
  })

  it('takes as many as the denoiser says', async () => {
    const { denoiser, calls } = watched([3, 1])
    await composeWindows({ ...denoiser, batch: 2 } as Denoiser, { length: 6 }).denoise(new Float64Array(6), 0.3)
    expect(calls.map(({ items }) => items)).toEqual([2, 2])
  })

  it('conditions of an item reach all of its windows; those of a place only these', async () => {
    const { denoiser, calls } = watched([3, 1])
    const composed = composeWindows(denoiser, {
      length: 5,
      batch: 4,
      conditionsAt: (start) => ({ hour: Float32Array.of(start, -start) }),
    })
    await composed.denoise(new Float64Array(10), 0.5, { conditions: { labels: Int32Array.of(7, 8) } })
    expect(calls.map(({ conditions }) => Array.from(conditions!['labels']!))).toEqual([
      [7, 7, 7, 8],
      [8, 8],
    ])
    expect(calls.map(({ conditions }) => Array.from(conditions!['hour']!))).toEqual([
      [0, -0, 1, -1, 2, -2, 0, -0],
      [1, -1, 2, -2],
    ])
  })

  it('what was estimated of pictures over time is cut as they are, with the ones behind it', async () => {
    const { denoiser, calls } = watched([1, 2, 1, 1])
    const composed = composeWindows(denoiser, { length: 3, stride: 1, batch: 3 })
    const labels = Int32Array.of(7, 8)
    // of each item: three frames, three ones
    const estimate = Float32Array.of(1, 2, 3, 1, 1, 1, 4, 5, 6, 1, 1, 1)
    await composed.denoise(new Float64Array(6), 0.5, { conditions: { labels, estimate } })
    expect(calls.map(({ conditions }) => Array.from(conditions!['estimate']!))).toEqual([
      [1, 2, 1, 1, 2, 3, 1, 1, 4, 5, 1, 1],
      [5, 6, 1, 1],
    ])
    // a run that remembers tells each window its part of the last mean
    const told = selfConditioned(composed)
    calls.length = 0
    for (const t of [0.8, 0.5]) await told.denoise(Float64Array.of(1, 2, 3), t)
    expect(calls.map(({ conditions }) => conditions && Array.from(conditions['estimate']!))).toEqual([
      undefined,
      [1, 2, 1, 1, 2, 3, 1, 1],
    ])
  })

  it('stops between portions', async () => {
    const controller = new AbortController()
    const { denoiser, calls } = watched([3, 1], (x) => {
      controller.abort()
      return x
    })
    const composed = composeWindows(denoiser, { length: 9, batch: 2 })
    await expect(composed.denoise(new Float64Array(9), 0.5, { signal: controller.signal })).rejects.toThrow()
    expect(calls).toHaveLength(1)
  })
})

describe('the derivative', () => {
  const windows = differentiableMixture({
    schedule,
    components: [
      { mean: [1, 0, -1, 0.5, 0, 1], covariance: 0.3 },
      { mean: [-1, 0.4, 1, 0, 0.2, -1], covariance: 0.2, weight: 2 },
    ],
    shape: [3, 2],
  })

  it.each(blends)('%s: ⟨v, J u⟩ by differences is ⟨Jᵀ v, u⟩', async (blend) => {
    const composed = composeWindows(windows, { length: 6, stride: 2, blend, batch: 4 })
    const [x, u, v] = ['x', 'u', 'v'].map((name) => normal(key(name), new Float64Array(2 * 12))) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    const dot = (a: FloatArray, b: FloatArray): number =>
      Float64Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0)
    for (const t of [0.1, 0.5, 0.8]) {
      const at = (h: number) =>
        composed.denoise(
          x.map((value, i) => value + h * u[i]!),
          t,
        )
      const [up, down] = [await at(1e-5), await at(-1e-5)]
      const along = up.map((value, i) => (value - down[i]!) / 2e-5)
      expect(dot(await composed.vjp(x, t, v), u)).toBeCloseTo(dot(v, along), 6)
    }
  })

  it('is there only where that of the windows is', () => {
    expect(composeWindows(watched([3]).denoiser, { length: 5 })).not.toHaveProperty('vjp')
    expect(composeWindows(windows, { length: 5 })).toHaveProperty('symmetric', false)
  })
})

/**
 * The relative root mean square error √(E‖D − D*‖² / E‖D*‖²) of windows of 2k + 1 of 65 states, x_t drawn from the law of the noisy chain: in closed
 * form, since both maps are linear.
 */
async function windowError(exact: Denoiser, windows: DifferentiableDenoiser, rho: number, level: number) {
  const L = exact.shape[0]!
  const t = timeOfNoiseLevel(schedule, level)
  const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
  const unit = Float64Array.from({ length: L * L }, (_, at) => (at % (L + 1) === 0 ? 1 : 0))
  const covariance = chain(L, rho).map((c, at) => alpha ** 2 * c + (at % (L + 1) === 0 ? sigma ** 2 : 0))
  /** Σ_ij C_ij ⟨row i, row j⟩: row i of what is made of unit vectors is the i-th column of the map. */
  const square = (rows: FloatArray): number => {
    let sum = 0
    for (let i = 0; i < L; i++) {
      for (let j = 0; j < L; j++) {
        let inner = 0
        for (let n = 0; n < L; n++) inner += rows[i * L + n]! * rows[j * L + n]!
        sum += covariance[i * L + j]! * inner
      }
    }
    return sum
  }
  const whole = await exact.denoise(unit, t)
  const composed = await composeWindows(windows, { length: L, batch: 4096 }).denoise(unit, t)
  return Math.sqrt(square(composed.map((value, i) => value - whole[i]!)) / square(whole))
}

describe('windows of a linear-Gaussian chain against the whole', () => {
  it.each([
    [0.9, { 1: [3.7, 31, 69], 4: [0.05, 6.8, 35], 16: [0, 0.02, 2.8] }],
    [0.99, { 1: [11, 44, 82], 4: [2.3, 21, 59], 16: [0.01, 2.5, 21] }],
  ])('ρ %f: the error falls with the window 2k + 1, and grows with the noise 0.3, 1, 3', async (rho, table) => {
    const exact = chainDenoiser(65, rho)
    for (const [k, expected] of Object.entries(table)) {
      const windows = chainDenoiser(2 * Number(k) + 1, rho)
      for (const [i, level] of [0.3, 1, 3].entries()) {
        const percent = 100 * (await windowError(exact, windows, rho, level))
        expect(Math.abs(percent - expected[i]!), `k ${k}, σ/α ${level}: ${percent} %`).toBeLessThan(
          Math.max(0.005, expected[i]! / 50),
        )
      }
    }
  })
})
