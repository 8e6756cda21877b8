/**
 * The distribution of a stochastic sampler's results, computed rather than estimated. For Gaussian data every linear
 * sampler maps
 * its start and its noises linearly to its end; so its result on one-dimensional data N(0, c) is Gaussian, with a variance
 * that is the sum of the squared responses to the start and to each noise. One batch computes them all: item 0 starts at
 * one without noise, item j starts at zero with the j-th noise alone.
 */
import { gaussianDenoiser } from '../denoise/gaussian.ts'
import { cosineSchedule } from '../noise/cosine.ts'
import type { Schedule } from '../noise/schedule.ts'
import type { NoiseSource } from './noise-source.ts'
import { runPlan } from './run-plan.ts'
import type { LinearSampler } from './sampler.ts'
import { logSnrTimes } from './times.ts'

/** The variance at the end of a run, and what it should be. */
export interface FinalLaw {
  readonly variance: number
  readonly exact: number
}

/** The variance that a sampler ends with when data are N(0, c) and it starts from the exact marginal. */
export async function finalVariance(
  sampler: LinearSampler,
  schedule: Schedule,
  times: readonly number[],
  c: number,
): Promise<FinalLaw> {
  const denoiser = gaussianDenoiser({ schedule, mean: [0], covariance: c })
  const plan = sampler.plan(schedule, times)
  const first = new Map<string, number>()
  for (const [step, { stages }] of plan.steps.entries()) {
    const draws = Math.max(0, ...stages.map((stage) => stage.noise?.length ?? 0))
    for (let draw = 0; draw < draws; draw++) first.set(`${step} ${draw}`, first.size + 1)
  }
  const noise: NoiseSource = (out, step, draw) => {
    out.fill(0)
    out[first.get(`${step} ${draw}`)!] = 1
  }
  const marginal = (t: number) => schedule.alpha(t) ** 2 * c + schedule.sigma(t) ** 2
  const x = new Float64Array(first.size + 1)
  x[0] = Math.sqrt(marginal(times[0]!))
  for await (const _ of runPlan(plan, { denoiser, x, noise, context: {} })) void _
  return { variance: x.reduce((sum, value) => sum + value * value, 0), exact: marginal(times.at(-1)!) }
}

/** The order at which the final variance converges, the weak order of a stochastic sampler on this problem. */
export async function measureWeakOrder(
  sampler: LinearSampler,
  { schedule = cosineSchedule(), steps = [20, 40, 80, 160], variance: c = 0.3 } = {},
): Promise<{ readonly order: number; readonly errors: readonly number[] }> {
  const at = (level: number) => schedule.timeOfLogSnr(-2 * Math.log(level))
  const errors: number[] = []
  for (const count of steps) {
    const times = logSnrTimes(schedule, count, { from: at(20), to: at(0.1), final: 'sigma-min' })
    const { variance, exact } = await finalVariance(sampler, schedule, times, c)
    errors.push(Math.abs(variance - exact))
  }
  const [before, last] = errors.slice(-2) as [number, number]
  return { order: Math.log2(before / last) / Math.log2(steps.at(-1)! / steps.at(-2)!), errors }
}
