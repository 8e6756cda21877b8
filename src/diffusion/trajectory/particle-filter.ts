/**
 * The bootstrap particle filter and its smoother: the posterior of the states of a Markov process given observations, by many simulated states
 * that are weighed by what was observed. Right for any process and any observation as the number of particles grows, and so the truth that other methods are
 * compared with where states have few numbers.
 *
 * - Novel approach to nonlinear/non-Gaussian Bayesian state estimation (Gordon, Salmond & Smith, 1993)
 * - Monte Carlo Smoothing for Nonlinear Time Series (Godsill, Doucet & West, 2004), https://doi.org/10.1198/016214504000000151
 */
import { TweedieError } from '../../errors.ts'
import { fold, key, normal, uniform } from '../../engine/random/index.ts'

/** A process whose next state is a mean and Gaussian noise. The simulators are such. */
export interface MarkovProcess {
  /** Numbers of a state. */
  readonly size: number
  /** States, `[n, size]`, each to the mean of the next, in place. */
  move(states: Float64Array): void
  /** The standard deviation of the noise on each number. */
  readonly noise: number
}

/** What was observed, and how hard to try. */
export interface ParticleOptions {
  /** The particles at the first time, `[particles, size]`: draws from the law of the first state. */
  readonly start: Float64Array
  /** States of the trajectory. */
  readonly length: number
  /** log p(y_k | x_k) of each of some states, `[n]`, up to a constant; undefined where nothing was observed at time k. */
  logLikelihood(states: Float64Array, time: number): Float64Array | undefined
  /** Default 0. */
  readonly seed?: number | string | undefined
}

/** The weighed particles of all times. */
export interface Particles {
  readonly count: number
  readonly size: number
  readonly length: number
  /** `[length, particles, size]`, before what was observed at that time is taken into account. */
  readonly states: Float64Array
  /** log weights given what was observed up to that time, `[length, particles]`; their exponentials add up to 1. */
  readonly logWeights: Float64Array
  /** log p(y), as far as the likelihoods are normalised. */
  readonly logEvidence: number
}

/**
 * Filters: particles are moved on, weighed, and drawn anew by their weights (systematically) where fewer than half count.
 *
 * @throws TweedieError `shape` for a start that is no whole number of states, `diverged` where no particle could have been observed as
 *   it was
 * @example
 * const filtered = particleFilter(lorenz63(), { start, length: 65, logLikelihood })
 * const draws = particleSmoother(lorenz63(), filtered, 1024) // [1024, 65, 3]
 */
export function particleFilter(process: MarkovProcess, options: ParticleOptions): Particles {
  const { start, length, seed = 0 } = options
  const { size } = process
  const count = start.length / size
  if (!(Number.isInteger(count) && count > 0)) {
    throw new TweedieError('shape', `${start.length} numbers are no whole number of states of ${size}`)
  }
  const states = new Float64Array(length * count * size)
  const logWeights = new Float64Array(length * count)
  let now: Float64Array = start.slice()
  let weights: Float64Array = new Float64Array(count).fill(-Math.log(count))
  let logEvidence = 0
  for (let k = 0; k < length; k++) {
    if (k > 0) {
      const stream = fold(key(seed), 'particles', k)
      if (effective(weights) < count / 2) {
        now = chosen(now, size, systematic(weights, uniform(fold(stream, 'choice'), new Float64Array(1))[0]!))
        weights = new Float64Array(count).fill(-Math.log(count))
      }
      process.move(now)
      const z = normal(fold(stream, 'noise'), new Float64Array(now.length))
      for (let i = 0; i < now.length; i++) now[i]! += process.noise * z[i]!
    }
    states.set(now, k * now.length)
    const likely = options.logLikelihood(now, k)
    if (likely) {
      const joint = weights.map((weight, i) => weight + likely[i]!)
      const total = logSum(joint)
      if (!Number.isFinite(total)) {
        throw new TweedieError('diverged', `no particle explains what was observed at state ${k}`, {
          hint: 'more particles, or a larger standard deviation of the observation',
        })
      }
      logEvidence += total
      weights = joint.map((weight) => weight - total)
    }
    logWeights.set(weights, k * count)
  }
  return { count, size, length, states, logWeights, logEvidence }
}

/**
 * Draws trajectories given all observations, `[draws, length, size]`, by backward simulation: the last state by its weight, then each state before it by its
 * weight times the density with which it goes on to the state that was drawn. Unlike the ancestry of the last particles, early states do not become one.
 *
 * @throws TweedieError `usage` for a process without noise, whose states cannot meet
 */
export function particleSmoother(
  process: MarkovProcess,
  { count, size, length, states, logWeights }: Particles,
  draws: number,
  seed: number | string = 0,
): Float64Array {
  if (!(process.noise > 0)) throw new TweedieError('usage', 'smoothing by particles needs a process with noise')
  const out = new Float64Array(draws * length * size)
  const precision = 1 / (2 * process.noise ** 2)
  const cumulative = new Float64Array(count)
  const logs = new Float64Array(count)
  for (let k = length - 1; k >= 0; k--) {
    const own = states.subarray(k * count * size, (k + 1) * count * size)
    const weights = logWeights.subarray(k * count, (k + 1) * count)
    const means = own.slice()
    if (k < length - 1) process.move(means)
    const u = uniform(fold(key(seed), 'smoother', k), new Float64Array(draws))
    for (let draw = 0; draw < draws; draw++) {
      const next = (draw * length + k + 1) * size
      let top = -Infinity
      for (let i = 0; i < count; i++) {
        let square = 0
        if (k < length - 1) for (let d = 0; d < size; d++) square += (out[next + d]! - means[i * size + d]!) ** 2
        logs[i] = weights[i]! - precision * square
        if (logs[i]! > top) top = logs[i]!
      }
      let sum = 0
      // what is less likely by e⁻⁴⁰ is never drawn
      for (let i = 0; i < count; i++) cumulative[i] = sum += logs[i]! < top - 40 ? 0 : Math.exp(logs[i]! - top)
      const picked = firstAbove(cumulative, u[draw]! * sum)
      const from = picked * size
      for (let d = 0; d < size; d++) out[(draw * length + k) * size + d] = own[from + d]!
    }
  }
  return out
}

/** 1 / Σ w². */
function effective(logWeights: Float64Array): number {
  return 1 / logWeights.reduce((sum, value) => sum + Math.exp(2 * value), 0)
}

function logSum(values: Float64Array): number {
  const top = values.reduce((most, value) => Math.max(most, value), -Infinity)
  if (top === -Infinity) return top
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0))
}

/** As many indices as weights, each as often as its weight says up to one: one uniform number decides all. */
function systematic(logWeights: Float64Array, u: number): Int32Array {
  const n = logWeights.length
  const out = new Int32Array(n)
  let [i, sum] = [0, Math.exp(logWeights[0]!)]
  for (let k = 0; k < n; k++) {
    while (sum < (k + u) / n && i < n - 1) sum += Math.exp(logWeights[++i]!)
    out[k] = i
  }
  return out
}

function chosen(states: Float64Array, size: number, indices: Int32Array): Float64Array {
  const out = new Float64Array(states.length)
  indices.forEach((from, to) => out.set(states.subarray(from * size, (from + 1) * size), to * size))
  return out
}

/** The first place whose cumulative weight is above u. */
function firstAbove(cumulative: Float64Array, u: number): number {
  let [low, high] = [0, cumulative.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (cumulative[middle]! > u) high = middle
    else low = middle + 1
  }
  return low
}
