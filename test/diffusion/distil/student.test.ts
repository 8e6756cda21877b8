/** A student of Gaussian data, trained by the trainer itself, against the jumps in closed form. */
import { describe, expect, it } from 'vitest'
import { nestedTimes } from '../../../src/diffusion/distil/clock.ts'
import { jumpCoefficients, jumpInputs } from '../../../src/diffusion/distil/coefficients.ts'
import { type FewSteps, jumpAt, teacherSteps } from '../../../src/diffusion/distil/few-steps.ts'
import { ddimWeights } from '../../../src/diffusion/distil/jump.ts'
import { jumpLoss } from '../../../src/diffusion/distil/jump-loss.ts'
import { gaussianDenoiser } from '../../../src/diffusion/denoise/gaussian.ts'
import type { Denoiser, FloatArray } from '../../../src/diffusion/denoise/denoiser.ts'
import { objectiveOf } from '../../../src/diffusion/denoise/objective-spec.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'
import { consistency, ddim, noNoise, sampleFinal } from '../../../src/diffusion/sample/index.ts'
import { abs, constant, matmul, max, mul, reshape, sub, type Tensor } from '../../../src/engine/graph/index.ts'
import { layoutOf } from '../../../src/engine/nn/layout.ts'
import { type Scope, zeros } from '../../../src/engine/nn/parameters.ts'
import { fold, key, normal, uniform } from '../../../src/engine/random/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { TrainProblem } from '../../../src/tools/train/problem.ts'
import { trainerOf } from '../../../src/tools/train/trainer.ts'

const spread = 0.6
const batch = 64
const count = 8
const schedule = cosineSchedule()
const grid = nestedTimes(schedule, count)
/** The network sees the place of a time in the grid. */
const view = {
  name: 'time',
  scale: () => 1,
  time: (t: number) => count - grid.findIndex((each) => each === t),
} as const
const objective = { ...objectiveOf({ parametrisation: 'sample', weighting: 'uniform-x0' }, schedule), view }

/** E[x₀ | x_t] = gain · x_t, by the place in the grid. */
const posterior = Array.from({ length: count + 1 }, (_, k) => {
  const [alpha, sigma] = [schedule.alpha(grid[count - k]!), schedule.sigma(grid[count - k]!)]
  return (alpha * spread ** 2) / (alpha ** 2 * spread ** 2 + sigma ** 2)
})

/** A table of gains as a network: a straight line between the places, which are whole numbers. */
function tabled(gains: Tensor, x: Tensor, t: Tensor): Tensor {
  const places = constant(Array.from({ length: count + 1 }, (_, k) => k))
  const chosen = max(sub(1, abs(sub(reshape(t, [batch, 1]), places))), 0)
  return mul(matmul(chosen, reshape(gains, [count + 1, 1])), x)
}

function problemOf(few: FewSteps): TrainProblem {
  const [follows, goesOn] = [teacherSteps(few), few.method === 'consistency']
  const names = jumpInputs(follows, goesOn)
  const gain = (scope: Scope): Tensor => scope.parameter('gain', [count + 1], zeros)
  const shares = new Float64Array(batch)
  return {
    parts: { table: { layout: layoutOf([{ name: 'gain', shape: [count + 1], init: zeros }]) } },
    items: 1000,
    levels: 1,
    loss: (scope) =>
      jumpLoss([1], batch, {
        student: (x, t) => tabled(gain(scope), x, t),
        teacher: (x, t) => tabled(constant(posterior), x, t),
        teacherSteps: follows,
        goesOn,
      }),
    emptyBatch: () => ({
      feeds: Object.fromEntries(['x0', 'epsilon', ...names].map((name) => [name, new Float32Array(batch)])),
      levels: new Int32Array(batch),
    }),
    fill({ feeds }, step) {
      normal(fold(key(1), step), feeds.x0 as Float32Array).forEach((z, i) => (feeds.x0![i] = spread * z))
      normal(fold(key(2), step), feeds.epsilon as Float32Array)
      uniform(fold(key(3), step), shares).forEach((share, i) => {
        jumpCoefficients(objective, jumpAt(few, schedule, share, step), goesOn).forEach((value, k) => {
          feeds[names[k]!]![i] = value
        })
      })
    },
    snapshot: () => undefined,
  }
}

/** The gain of the mean that jumps to `end` as the exact denoiser's steps do. */
function exactGain(t: number, end: number): number {
  const times = grid.filter((s) => s <= t && s >= end)
  let factor = 1
  times.slice(1).forEach((s, j) => {
    const { state, mean } = ddimWeights(schedule, times[j]!, s)
    factor *= state + mean * posterior[view.time(times[j]!)]!
  })
  const { state, mean } = ddimWeights(schedule, t, end)
  return (factor - state) / mean
}

describe.each<[string, FewSteps]>([
  ['consistency, to data', { method: 'consistency', steps: 1, grid: { first: count, last: count, every: 1 } }],
  ['consistency, two jumps', { method: 'consistency', steps: 2, grid: { first: count, last: count, every: 1 } }],
  ['consistency, the grid doubling', { method: 'consistency', steps: 1, grid: { first: 2, last: count, every: 50 } }],
  ['progressive, four steps into one', { method: 'progressive', steps: 2, grid: { first: 8, last: 8, every: 1 } }],
])('%s', (_, few) => {
  it('reaches the map of the teacher’s steps', async () => {
    const steps = 700
    const spec = {
      seed: 0,
      batch,
      budget: { steps },
      network: { className: 'table', config: {} },
      optimizer: { rate: 0.03, warmup: 1, decay: 'cosine', weightDecay: 0, clipNorm: 10, ema: 0 } as const,
    }
    const task = { spec, problem: () => problemOf(few), purpose: 'a table' }
    using trainer = await trainerOf(task, await nodeEngine())
    for (let i = 0; i < steps; i++) await trainer.step(steps)
    const starts = few.method === 'progressive' ? nestedTimes(schedule, few.steps) : grid
    for (const t of starts.filter((each) => each > 0)) {
      const end = nestedTimes(schedule, few.steps).find((each) => each < t)!
      expect(trainer.state.params[view.time(t)], `from ${t}`).toBeCloseTo(exactGain(t, end), 2)
    }
  })
})

describe('sampling an exact consistency function', () => {
  const exact = gaussianDenoiser({ schedule, mean: [0.5, -1], covariance: [0.5, 0.2, 0.2, 0.3] })
  const jumps: Denoiser = {
    schedule,
    shape: [2],
    denoise: async (x: FloatArray, t: number) => exact.flow(Float64Array.from(x), t, 0),
  }
  const x = Float64Array.of(0.3, -0.8, 1.4, 0.1)

  it('one jump ends where the probability flow does', async () => {
    const end = exact.flow(x, 0.98, 0)
    for (const sampler of [consistency(), ddim()]) {
      const result = await sampleFinal(jumps, { sampler, times: [0.98, 0], x })
      result.forEach((value, i) => expect(value).toBeCloseTo(end[i]!, 12))
    }
  })

  it('in more steps it noises what it jumped to, and jumps again', async () => {
    const first = exact.flow(x, 0.98, 0)
    const again = exact.flow(
      first.map((value) => schedule.alpha(0.4) * value),
      0.4,
      0,
    )
    const result = await sampleFinal(jumps, { sampler: consistency(), times: [0.98, 0.4, 0], x, noise: noNoise })
    result.forEach((value, i) => expect(value).toBeCloseTo(again[i]!, 12))
  })

  it('draws the law of the data, in any number of steps', async () => {
    const batchSize = 4000
    const drawn = await sampleFinal(jumps, {
      sampler: consistency(),
      times: [1, 0.6, 0.3, 0],
      batch: batchSize,
      seed: 2,
    })
    const [a, b] = [0, 1].map((axis) => Array.from({ length: batchSize }, (_, i) => drawn[2 * i + axis]!))
    const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / batchSize
    const [ma, mb] = [mean(a!), mean(b!)]
    expect(Math.abs(ma - 0.5)).toBeLessThan(4 * Math.sqrt(0.5 / batchSize))
    expect(Math.abs(mb + 1)).toBeLessThan(4 * Math.sqrt(0.3 / batchSize))
    expect(mean(a!.map((each, i) => (each - ma) * (b![i]! - mb)))).toBeCloseTo(0.2, 1)
    expect(mean(a!.map((each) => (each - ma) ** 2))).toBeCloseTo(0.5, 1)
  })
})
