/**
 * The arithmetic of a batch of 64 rounds otherwise than that of one item. No sampler may make more of it than rounding, also where the
 * first step leads from pure noise: a cosine table begins at σ/α = 20,000.
 */
import { describe, expect, test } from 'vitest'
import { type Denoiser } from '../../../src/diffusion/denoise/denoiser.ts'
import { mixtureDenoiser } from '../../../src/diffusion/denoise/mixture.ts'
import { namedTable, tableSchedule } from '../../../src/diffusion/noise/index.ts'
import { noiseLevel } from '../../../src/diffusion/noise/schedule.ts'
import { timesOf } from '../../../src/diffusion/sample/default-times.ts'
import { noNoise } from '../../../src/diffusion/sample/noise-source.ts'
import { samplers } from '../../../src/diffusion/sample/registry.ts'
import { euler, heun } from '../../../src/diffusion/sample/runge-kutta.ts'
import { sampleFinal } from '../../../src/diffusion/sample/sample.ts'
import type { LinearSampler, Sampler } from '../../../src/diffusion/sample/sampler.ts'

const schedule = tableSchedule(namedTable('squaredcos_cap_v2'))
const exact = mixtureDenoiser({
  schedule,
  components: [
    { weight: 2, mean: [1, 0.5], covariance: [0.3, 0.1, 0.1, 0.2] },
    { mean: [-1, 0.2], covariance: 0.05 },
    { mean: [0, -1.2], covariance: 0.1 },
  ],
})
const rounding = 1e-7

/** Means that are off by a ten-millionth, up and down in turn. */
const rounded: Denoiser = {
  ...exact,
  denoise: async (x, t, context) => {
    const mean = await exact.denoise(x, t, context)
    return mean.map((value, i) => value + (i % 3 === 0 ? rounding : -rounding))
  },
}
const x = Float64Array.from({ length: 64 }, (_, i) => 2 * Math.sin(1.7 * i * i + i))

const drawn = (denoiser: Denoiser, sampler: Sampler, steps: number) =>
  sampleFinal(denoiser, { sampler, times: timesOf(schedule, steps), x, noise: noNoise })

const apart = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)

/** Not PNDM: its weights are those of equal steps on a linear table, and on a cosine one it diverges, here as elsewhere. */
const plain = samplers
  .map(({ sampler }) => sampler)
  .filter((sampler): sampler is LinearSampler => 'plan' in sampler && !/langevin|pc\(|flow|^pndm$/.test(sampler.name))

test('the table begins in pure noise', () => expect(noiseLevel(schedule, 1)).toBeGreaterThan(20_000))

describe('what a network rounds stays rounding', () => {
  test.each(plain.map((sampler) => [sampler.name, sampler] as const))('%s', async (_, sampler) => {
    for (const steps of [5, 20]) {
      const off = apart(await drawn(exact, sampler, steps), await drawn(rounded, sampler, steps))
      expect(off / rounding).toBeLessThan(1000)
    }
  })
})

test("Heun's steps from pure noise are closer to the exact flow than Euler's", async () => {
  const truth = await drawn(exact, euler(), 900)
  for (const steps of [5, 10, 20, 40]) {
    const [byHeun, byEuler] = [await drawn(exact, heun(), steps), await drawn(exact, euler(), steps)]
    expect(apart(byHeun, truth)).toBeLessThan(apart(byEuler, truth) / 2)
  }
})
