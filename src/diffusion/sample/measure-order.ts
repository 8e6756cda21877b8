/**
 * The order of convergence of a sampler, measured: its error on a problem whose posterior is known in closed form, for
 * ever more steps. An order-p sampler halves its steps and divides its error by 2^p; one that does not has a bug.
 */
import type { Denoiser } from '../denoise/denoiser.ts'
import { mixtureDenoiser } from '../denoise/mixture.ts'
import { cosineSchedule } from '../noise/cosine.ts'
import { noiseLevel, type Schedule } from '../noise/schedule.ts'
import { noNoise } from './noise-source.ts'
import { sampleFinal } from './sample.ts'
import type { Sampler } from './sampler.ts'
import { logSnrTimes } from './times.ts'

/** The problem and the numbers of steps. */
export interface OrderOptions {
  /** Default the cosine schedule. */
  readonly schedule?: Schedule
  /** Numbers of steps, rising; default 20, 40, 80, 160. */
  readonly steps?: readonly number[]
  /** The grid; default equal steps of log-SNR from σ/α = 20 to 0.1. */
  readonly times?: (schedule: Schedule, steps: number) => readonly number[]
  /** The denoiser; default a mixture of three Gaussians in two dimensions. */
  readonly denoiser?: (schedule: Schedule) => Denoiser
}

/** What was measured. */
export interface MeasuredOrder {
  /** The slope of log error against log steps between the last two runs that are not yet at rounding error. */
  readonly order: number
  /** The error, the largest over all elements, for each number of steps. */
  readonly errors: readonly number[]
}

/** Measures the order of a sampler on the probability-flow equation; a stochastic sampler's noise is left out. */
export async function measureOrder(sampler: Sampler, options: OrderOptions = {}): Promise<MeasuredOrder> {
  const { schedule = cosineSchedule(), steps = [20, 40, 80, 160], denoiser = testMixture, times = testTimes } = options
  const model = denoiser(schedule)
  const grid = times(schedule, steps[0]!)
  const x = testPoints(schedule, grid[0]!)
  const truth = await exactFlow(model, x, grid[0]!, grid.at(-1)!)
  const errors: number[] = []
  for (const count of steps) {
    const result = await sampleFinal(model, { sampler, times: times(schedule, count), x, noise: noNoise })
    errors.push(truth.reduce((most, value, i) => Math.max(most, Math.abs(value - result[i]!)), 0))
  }
  const last = errors.findLastIndex((error) => error > 1e-11)
  if (last < 1) return { order: Infinity, errors }
  return { order: Math.log(errors[last - 1]! / errors[last]!) / Math.log(steps[last]! / steps[last - 1]!), errors }
}

function testMixture(schedule: Schedule): Denoiser {
  return mixtureDenoiser({
    schedule,
    components: [
      { weight: 2, mean: [1, 0.5], covariance: [0.3, 0.1, 0.1, 0.2] },
      { mean: [-1, 0.2], covariance: 0.25 },
      { mean: [0, -1.2], covariance: [0.1, 0.4] },
    ],
  })
}

function testTimes(schedule: Schedule, steps: number): readonly number[] {
  const at = (level: number) => schedule.timeOfLogSnr(-2 * Math.log(level))
  return logSnrTimes(schedule, steps, { from: at(20), to: at(0.1), final: 'sigma-min' })
}

/** A few typical points at this noise level, the same on every schedule up to their scale. */
function testPoints(schedule: Schedule, t: number): Float64Array {
  return Float64Array.of(1, 0.3, -0.7, 1.1, 0.2, -0.9).map(
    (value) => value * Math.hypot(schedule.alpha(t), schedule.sigma(t)),
  )
}

/**
 * The probability flow from time t to s by the classical Runge–Kutta method in 1000 steps of log(σ/α), for the rescaled
 * data y = x/α: dy/dlog(σ/α) = y − E[x₀ | x].
 */
async function exactFlow(denoiser: Denoiser, x: Float64Array, t: number, s: number): Promise<Float64Array> {
  const { schedule } = denoiser
  const steps = 1000
  const [from, to] = [Math.log(noiseLevel(schedule, t)), Math.log(noiseLevel(schedule, s))]
  const h = (to - from) / steps
  const slope = async (y: Float64Array, level: number): Promise<Float64Array> => {
    const time = schedule.timeOfLogSnr(-2 * level)
    const mean = await denoiser.denoise(
      y.map((value) => value * schedule.alpha(time)),
      time,
    )
    return y.map((value, i) => value - mean[i]!)
  }
  const along = (y: Float64Array, k: Float64Array, by: number) => y.map((value, i) => value + by * k[i]!)
  let y: Float64Array = x.map((value) => value / schedule.alpha(t))
  for (let i = 0; i < steps; i++) {
    const level = from + i * h
    const k1 = await slope(y, level)
    const k2 = await slope(along(y, k1, h / 2), level + h / 2)
    const k3 = await slope(along(y, k2, h / 2), level + h / 2)
    const k4 = await slope(along(y, k3, h), level + h)
    y = y.map((value, j) => value + (h / 6) * (k1[j]! + 2 * k2[j]! + 2 * k3[j]! + k4[j]!))
  }
  return y.map((value) => value * schedule.alpha(s))
}
