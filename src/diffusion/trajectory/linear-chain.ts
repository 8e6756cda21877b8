/**
 * Linear-Gaussian chains, x_{k+1} = A x_k + w with w ~ N(0, Q): their trajectories are Gaussian, and the posterior given linear observations is known: the truth for
 * everything that approximates it.
 *
 * - A New Approach to Linear Filtering and Prediction Problems (Kalman, 1960), https://doi.org/10.1115/1.3662552
 * - Maximum Likelihood Estimates of Linear Dynamic Systems (Rauch, Tung & Striebel, 1965), https://doi.org/10.2514/3.3166
 */
import { TweedieError } from '../../errors.ts'
import { cholesky, product, sum, transpose } from './dense.ts'

/** A chain of states of d numbers. Matrices are row by row. */
export interface LinearChain {
  /** A, `[d, d]`. */
  readonly transition: Float64Array
  /** Q, `[d, d]`. */
  readonly noise: Float64Array
  /** The mean of the first state, `[d]`. */
  readonly mean: Float64Array
  /** The covariance of the first state, `[d, d]`. */
  readonly covariance: Float64Array
}

/** What was observed of one state: y = H x + n, the numbers of n independent. */
export interface StateObservation {
  /** k, from 0. */
  readonly time: number
  /** H, `[m, d]`. */
  readonly matrix: Float64Array
  /** `[m]`. */
  readonly y: Float64Array
  /** The standard deviation of each number of n. */
  readonly sigma: number
}

/** Gaussian laws of the states of a trajectory. */
export interface StateLaws {
  /** `[length, d]`. */
  readonly means: Float64Array
  /** `[length, d, d]`. */
  readonly covariances: Float64Array
  /** log p(y). */
  readonly logEvidence: number
}

/**
 * A chain whose first state, unless said otherwise, has mean 0 and the stationary covariance P = A P Aᵀ + Q.
 *
 * @throws TweedieError `usage` for a chain that grows without limit and has no first covariance
 * @example
 * const chain = linearChain({ transition: [0.9], noise: [0.19] }) // AR(1) of unit variance
 */
export function linearChain(parts: {
  readonly transition: ArrayLike<number>
  readonly noise: ArrayLike<number>
  readonly mean?: ArrayLike<number> | undefined
  readonly covariance?: ArrayLike<number> | undefined
}): LinearChain {
  const [transition, noise] = [Float64Array.from(parts.transition), Float64Array.from(parts.noise)]
  const d = Math.sqrt(transition.length)
  const mean = Float64Array.from(parts.mean ?? new Float64Array(d))
  const covariance = parts.covariance ? Float64Array.from(parts.covariance) : stationary(transition, noise, d)
  for (const [name, array, size] of [
    ['noise', noise, d * d],
    ['mean', mean, d],
    ['covariance', covariance, d * d],
  ] as const) {
    if (Number.isInteger(d) && array.length === size) continue
    throw new TweedieError('shape', `\`${name}\` has ${array.length} numbers, the transition ${transition.length}`)
  }
  return Object.freeze({ transition, noise, mean, covariance })
}

/**
 * The law of a whole trajectory: its mean, `[length · d]`, and covariance, `[length · d, length · d]`, of which a Gaussian denoiser can be made.
 */
export function chainMoments({ transition, noise, mean, covariance }: LinearChain, length: number) {
  const d = mean.length
  const n = length * d
  const means = new Float64Array(n)
  const all = new Float64Array(n * n)
  let [m, own] = [mean, covariance]
  for (let k = 0; k < length; k++) {
    means.set(m, k * d)
    // Cov[x_j, x_k] = A^{j−k} P_k for j ≥ k
    let block = own
    for (let j = k; j < length; j++) {
      for (let r = 0; r < d; r++) {
        for (let c = 0; c < d; c++) {
          all[(j * d + r) * n + k * d + c] = block[r * d + c]!
          all[(k * d + c) * n + j * d + r] = block[r * d + c]!
        }
      }
      block = product(transition, block, d)
    }
    m = product(transition, m, d)
    own = sum(product(product(transition, own, d), transpose(transition, d), d), noise)
  }
  return { mean: means, covariance: all }
}

/**
 * The exact posterior of each state given all observations, by Kalman's filter forwards and the smoother of Rauch, Tung and Striebel backwards.
 *
 * @param observations in any order; several of one state must be independent
 * @throws TweedieError `usage` for an observation of a state that there is not
 */
export function kalmanSmoother(
  chain: LinearChain,
  observations: readonly StateObservation[],
  length: number,
): StateLaws {
  const { transition, noise } = chain
  const d = chain.mean.length
  const strange = observations.find(({ time }) => !(Number.isInteger(time) && time >= 0 && time < length))
  if (strange) throw new TweedieError('usage', `an observation of state ${strange.time}: there are 0 … ${length - 1}`)
  const turned = transpose(transition, d)
  const filtered: { readonly mean: Float64Array; readonly covariance: Float64Array }[] = []
  const predicted: { readonly mean: Float64Array; readonly covariance: Float64Array }[] = []
  let logEvidence = 0
  for (let k = 0; k < length; k++) {
    const before = filtered.at(-1)
    const prior = before
      ? {
          mean: product(transition, before.mean, d),
          covariance: sum(product(product(transition, before.covariance, d), turned, d), noise),
        }
      : chain
    predicted.push(prior)
    let now: { readonly mean: Float64Array; readonly covariance: Float64Array } = prior
    for (const seen of observations) {
      if (seen.time !== k) continue
      const next = updated(now, seen, d)
      logEvidence += next.logDensity
      now = next
    }
    filtered.push(now)
  }
  const [means, covariances] = [new Float64Array(length * d), new Float64Array(length * d * d)]
  let later = filtered[length - 1]!
  for (let k = length - 1; k >= 0; k--) {
    if (k < length - 1) later = smoothed(filtered[k]!, predicted[k + 1]!, later, transition, d)
    means.set(later.mean, k * d)
    covariances.set(later.covariance, k * d * d)
  }
  return { means, covariances, logEvidence }
}

interface Law {
  readonly mean: Float64Array
  readonly covariance: Float64Array
}

/** A state's law given an observation of it, and the density of the observation. */
function updated({ mean, covariance }: Law, { matrix, y, sigma }: StateObservation, d: number) {
  const m = y.length
  const seen = product(matrix, covariance, d)
  const own = product(seen, transpose(matrix, d), d)
  for (let i = 0; i < m; i++) own[i * (m + 1)]! += sigma ** 2
  const { solve, logDet } = cholesky(own)
  const misfit = sum(y, product(matrix, mean, d), -1)
  const solved = solve(misfit)
  const gain = transpose(solve(seen), d)
  const square = misfit.reduce((total, value, i) => total + value * solved[i]!, 0)
  return {
    mean: sum(mean, product(gain, misfit, m)),
    covariance: sum(covariance, product(gain, seen, m), -1),
    logDensity: -(square + logDet + m * Math.log(2 * Math.PI)) / 2,
  }
}

/** G = P Aᵀ (P⁻)⁻¹; m + G (m⁺ − m⁻), P + G (P⁺ − P⁻) Gᵀ. */
function smoothed(own: Law, predicted: Law, later: Law, transition: Float64Array, d: number): Law {
  const gain = transpose(cholesky(predicted.covariance).solve(product(transition, own.covariance, d)), d)
  const change = product(product(gain, sum(later.covariance, predicted.covariance, -1), d), transpose(gain, d), d)
  return {
    mean: sum(own.mean, product(gain, sum(later.mean, predicted.mean, -1), d)),
    covariance: sum(own.covariance, change),
  }
}

/** P = Σ A^k Q A^kᵀ, the sum doubled in each round. */
function stationary(transition: Float64Array, noise: Float64Array, d: number): Float64Array {
  let [power, total] = [transition, noise]
  for (let round = 0; round < 40; round++) {
    total = sum(total, product(product(power, total, d), transpose(power, d), d))
    power = product(power, power, d)
    const size = Math.hypot(...power)
    if (size < 1e-18) return total
    if (!(size < 1e12)) break
  }
  throw new TweedieError('usage', 'the chain has no stationary law: it grows without limit', {
    hint: 'give the `covariance` of the first state',
  })
}
