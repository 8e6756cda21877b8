/** The cross-entropy of a code and a diffusion prior, where the prior is N(0, I) and everything is a closed form. */
import { describe, expect, test } from 'vitest'
import { gaussianDenoiser } from '../../../src/diffusion/denoise/gaussian.ts'
import { parametrisation, predictionOfSample, viewOf } from '../../../src/diffusion/denoise/parametrisation.ts'
import { timeDistribution } from '../../../src/diffusion/denoise/time-distribution.ts'
import {
  crossEntropy,
  crossEntropyRest,
  crossEntropyTimes,
  crossEntropyWeight,
  mixedPrediction,
  normalSkip,
} from '../../../src/diffusion/latent/index.ts'
import { namedSchedule } from '../../../src/diffusion/noise/named.ts'
import type { Schedule } from '../../../src/diffusion/noise/schedule.ts'
import { namedTable } from '../../../src/diffusion/noise/table.ts'
import { tableSchedule } from '../../../src/diffusion/noise/table-schedule.ts'
import { constant, input, mean, sub } from '../../../src/engine/graph/index.ts'
import { average, exactNoise, numbers } from './support.ts'

const schedules: Readonly<Record<string, Schedule>> = {
  cosine: namedSchedule('cosine'),
  vp: namedSchedule('vp'),
  'vp of other rates': namedSchedule('vp', { betaMin: 0.5, betaMax: 12 }),
  'cosine, shifted': namedSchedule('cosine', { shift: 2 }),
}
/** Reverse steps of variance β are right for N(0, I): the bound has no gap, whatever the number of levels. */
const tables: Readonly<Record<string, Schedule>> = {
  'the cosine table': tableSchedule(namedTable('squaredcos_cap_v2', { steps: 1000 }), 'squaredcos_cap_v2'),
  'the linear table': tableSchedule(namedTable('linear', { steps: 1000 }), 'linear'),
  'a coarse table': tableSchedule(namedTable('squaredcos_cap_v2', { steps: 20 }), 'squaredcos_cap_v2'),
}
/** An encoder's law N(μ, s²). */
const [mu, s] = [
  [0.7, -1.2],
  [0.3, 1.1],
]
const D = mu.length
const squares = mu.reduce((sum, each, i) => sum + each ** 2 + s[i]! ** 2, 0)

/** CE(q ‖ N(0, I)) = ½ Σ(μ² + s²) + D/2 log 2π. */
const exact = squares / 2 + (D / 2) * Math.log(2 * Math.PI)
/** The same of codes at the faintest noise. */
const exactAt = (schedule: Schedule, t: number): number => exact + (schedule.sigma(t) ** 2 * (D - squares)) / 2

/** Draws of (z₀, ε) whose averages of quadratic functions are those of the law. */
const draws = exactNoise(2 * D).map((row) => ({
  z0: mu.map((each, i) => each + s[i]! * row[i]!),
  epsilon: row.slice(D),
}))

/** The estimate at one time, as the graph has it, on average over the draws. */
function estimate(schedule: Schedule, kind: 'epsilon' | 'v' | 'sample', shares: readonly number[]): number {
  const [times, view] = [crossEntropyTimes(schedule), parametrisation(kind)]
  const at = shares.map((share) => times.at(share))
  const rows = at.flatMap((t) => draws.map((draw) => ({ t, ...draw })))
  const N = rows.length
  const each = (f: (row: (typeof rows)[number]) => number) => constant(rows.map(f), [N])
  const spread = (f: (row: (typeof rows)[number], i: number) => number) =>
    constant(
      rows.flatMap((row) => mu.map((_, i) => f(row, i))),
      [N, D],
    )
  const z = spread(({ t, z0, epsilon }, i) => schedule.alpha(t) * z0[i]! + schedule.sigma(t) * epsilon[i]!)
  const target = spread(({ t, z0, epsilon }, i) => {
    const { sample, noise } = view.weights(schedule, t)
    return sample * z0[i]! + noise * epsilon[i]!
  })
  // whatever a network says, with a mixture of 0 it counts for nothing
  const skip = spread(({ t }) => normalSkip(schedule, view, t))
  const prediction = mixedPrediction(constant(Array(N * D).fill(7), [N, D]), z, skip, constant([0, 0], [D]))
  const weight = each(({ t }) => crossEntropyWeight(schedule, view, times, t))
  const z0 = spread(({ z0: code }, i) => code[i]!)
  const value = crossEntropy(sub(prediction, target), z0, weight, crossEntropyRest(schedule, times))
  return average(numbers(mean(value)))
}

const shares = Array.from({ length: 400 }, (_, j) => (j + 0.5) / 400)

describe('an encoder and N(0, I)', () => {
  test.each(Object.keys(tables))('%s', (name) => {
    const schedule = tables[name]!
    const times = crossEntropyTimes(schedule)
    const levels = schedule.table!.steps
    for (const kind of ['epsilon', 'v', 'sample'] as const) {
      const { constant: fixed, square } = crossEntropyRest(schedule, times)
      let sum = fixed * D + square * squares
      for (let level = 1; level <= levels; level++) {
        const t = level / levels
        const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
        // ε̂ − ε = σ z − ε = σ α z₀ − α² ε, and m̂ − m in proportion
        const ofNoise =
          viewOf(parametrisation('epsilon'), schedule, t).mean / viewOf(parametrisation(kind), schedule, t).mean
        const error = ((sigma * alpha) ** 2 * squares + alpha ** 4 * D) / ofNoise ** 2
        sum += (times.correction(t) / levels) * crossEntropyWeight(schedule, parametrisation(kind), times, t) * error
      }
      expect(sum).toBeCloseTo(exactAt(schedule, 1 / levels), 6)
    }
  })

  test.each(Object.keys(schedules))('%s, any prediction', (name) => {
    const schedule = schedules[name]!
    for (const kind of ['epsilon', 'v', 'sample'] as const) {
      const value = estimate(schedule, kind, shares)
      expect(value).toBeCloseTo(exactAt(schedule, crossEntropyTimes(schedule).at(0)), 3)
      expect(Math.abs(value - exact)).toBeLessThan(2e-3)
    }
  })

  test.each(Object.keys(schedules))('%s, uniform times', (name) => {
    const schedule = schedules[name]!
    const [times, epsilon] = [timeDistribution({ name: 'uniform' }, schedule), parametrisation('epsilon')]
    const { constant: fixed, square } = crossEntropyRest(schedule, times)
    let sum = 0
    const count = 400_000
    for (let j = 0; j < count; j++) {
      const t = times.at((j + 0.5) / count)
      const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
      // σ z − ε = σ α z₀ − α² ε
      const error = (sigma * alpha) ** 2 * squares + alpha ** 4 * D
      sum += (crossEntropyWeight(schedule, epsilon, times, t) * error) / count
    }
    expect(sum + fixed * D + square * squares).toBeCloseTo(exact, 1.5)
  })
})

describe('the law of times of a table', () => {
  const schedule = tableSchedule(namedTable('squaredcos_cap_v2', { steps: 50 }), 'squaredcos_cap_v2')
  const times = crossEntropyTimes(schedule)
  const levels = Array.from({ length: 50 }, (_, i) => (i + 1) / 50)

  test('levels come as often as their density says', () => {
    const count = 100_000
    const counts = new Map<number, number>()
    for (let j = 0; j < count; j++) {
      const t = times.at((j + 0.5) / count)
      counts.set(t, (counts.get(t) ?? 0) + 1)
    }
    for (const t of levels) expect((counts.get(t) ?? 0) / count).toBeCloseTo(times.correction(t) / 50, 4)
  })

  test('every level but the first counts alike for the error of ε, over the share of the signal that is left', () => {
    const weights = levels.map((t) => crossEntropyWeight(schedule, parametrisation('epsilon'), times, t))
    expect(weights[0]).toBe(0)
    const share = (i: number) => (schedule.alpha(levels[i]!) / schedule.alpha(levels[i - 1]!)) ** 2
    weights.forEach((weight, i) => i > 0 && expect(weight * share(i)).toBeCloseTo(weights[1]! * share(1), 8))
  })
})

describe('mixed score', () => {
  test.each(['epsilon', 'v', 'sample', 'flow'] as const)('a mixture of 0 is the prediction of N(0, I): %s', (kind) => {
    const view = parametrisation(kind)
    for (const schedule of [schedules['cosine']!, namedSchedule('rectified-flow'), namedSchedule('sub-vp')]) {
      const denoiser = gaussianDenoiser({ schedule, mean: [0, 0, 0] })
      for (const t of [0.05, 0.4, 0.9]) {
        const z = Float64Array.of(0.3, -2, 1.4)
        const truth = predictionOfSample(view, schedule, t, denoiser.denoise(z, t) as Float64Array, z)
        const mixed = mixedPrediction(
          input('output', [1, 3]),
          constant([...z], [1, 3]),
          constant([normalSkip(schedule, view, t)], [1, 1]),
          constant([0, 0, 0], [3]),
        )
        numbers(mixed, { output: [5, 6, 7] }).forEach((each, i) => expect(each).toBeCloseTo(truth[i]!, 6))
      }
    }
  })

  test('of ε and of v it is the same mixture, and of v the normal part vanishes', () => {
    const schedule = schedules['cosine']!
    const [t, m] = [0.3, [0.2, 0.9]]
    const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
    const [z, v] = [
      [0.3, -2],
      [0.8, 0.1],
    ]
    expect(normalSkip(schedule, parametrisation('v'), t)).toBeCloseTo(0, 12)
    const epsilon = v.map((each, i) => alpha * each + sigma * z[i]!)
    const mixed = (values: readonly number[], skip: number) =>
      numbers(mixedPrediction(constant([...values], [1, 2]), constant([...z], [1, 2]), skip, constant([...m], [2])))
    const ofV = mixed(v, 0).map((each, i) => alpha * each + sigma * z[i]!)
    mixed(epsilon, normalSkip(schedule, parametrisation('epsilon'), t)).forEach((each, i) => {
      expect(each).toBeCloseTo(ofV[i]!, 6)
      expect(each).toBeCloseTo((1 - m[i]!) * sigma * z[i]! + m[i]! * epsilon[i]!, 6)
    })
  })

  test('each channel has one share, whatever the place', () => {
    const ones = constant(Array(8).fill(1), [1, 2, 2, 2])
    expect(numbers(mixedPrediction(ones, ones, 0, constant([0.25, 0.75], [2])))).toEqual([
      0.25, 0.25, 0.25, 0.25, 0.75, 0.75, 0.75, 0.75,
    ])
  })
})
