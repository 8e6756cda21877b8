/**
 * The posterior of Gaussian mixtures given a linear measurement, in closed form: the truth that methods are tested
 * against.
 */
import { sizeOf } from '../denoise/denoiser.ts'
import { symmetricEigen } from '../denoise/eigen.ts'
import type { MixtureComponent } from '../denoise/mixture.ts'
import { TweedieError } from '../../errors.ts'
import { type Observation, sigmaAt } from '../measure/observation.ts'
import type { LinearOperator } from '../measure/operator.ts'
import { type Key, fold, normal, uniform } from '../../engine/random/index.ts'

/** A component with its covariance as a full matrix. */
export interface FullComponent extends MixtureComponent {
  readonly weight: number
  readonly mean: Float64Array
  /** Row-major, `[d, d]`. */
  readonly covariance: Float64Array
}

/**
 * p(x₀ | y) for x₀ ~ Σ w_k N(μ_k, C_k) and y = A x₀ + n is a mixture again, with G_k = C_k Aᵀ (A C_k Aᵀ + Σ_y)⁻¹:
 *
 *     weights ∝ w_k N(y; A μ_k, A C_k Aᵀ + Σ_y),    means μ_k + G_k (y − A μ_k),    covariances C_k − G_k A C_k.
 *
 * @param observation of one item
 */
export function exactPosterior(
  components: readonly MixtureComponent[],
  { operator, y, sigma }: Observation<LinearOperator>,
): readonly FullComponent[] {
  const [n, m] = [sizeOf(operator.from), sizeOf(operator.to)]
  if (y.length !== m) throw new TweedieError('shape', `${y.length / m} measurements: expected one`)
  const parts = components.map(({ weight = 1, mean, covariance = 1 }) => {
    const mu = Float64Array.from(mean)
    const c = fullCovariance(covariance, n)
    // The rows of C are its columns: A C, as [n, m], is A applied to each of them.
    const seen = operator.forward(c)
    const system = new Float64Array(m * m)
    // Column j of A (C Aᵀ) is A applied to column j of (A C)ᵀ.
    for (let j = 0; j < m; j++) {
      const column = operator.forward(Float64Array.from({ length: n }, (_, i) => seen[i * m + j]!))
      for (let k = 0; k < m; k++) system[j * m + k] = column[k]!
      system[j * m + j]! += sigmaAt(sigma, j) ** 2
    }
    const { values, vectors } = symmetricEigen(system, m)
    const solve = (b: Float64Array): Float64Array => {
      const out = new Float64Array(m)
      for (let k = 0; k < m; k++) {
        let along = 0
        for (let i = 0; i < m; i++) along += vectors[k * m + i]! * b[i]!
        for (let i = 0; i < m; i++) out[i]! += (vectors[k * m + i]! * along) / values[k]!
      }
      return out
    }
    const measured = operator.forward(mu)
    const misfit = Float64Array.from(y, (value, k) => value - measured[k]!)
    const u = solve(misfit)
    const gain = Array.from({ length: n }, (_, i) => solve(seen.slice(i * m, (i + 1) * m)))
    const square = misfit.reduce((sum, value, k) => sum + value * u[k]!, 0)
    const volume = values.reduce((sum, value) => sum + Math.log(value), 0)
    return {
      log: Math.log(weight) - (square + volume) / 2,
      mean: mu.map((value, i) => value + dot(seen.subarray(i * m, (i + 1) * m), u)),
      covariance: c.map(
        (value, at) => value - dot(gain[Math.floor(at / n)]!, seen.subarray((at % n) * m, ((at % n) + 1) * m)),
      ),
    }
  })
  const top = Math.max(...parts.map(({ log }) => log))
  const total = parts.reduce((sum, { log }) => sum + Math.exp(log - top), 0)
  return parts.map(({ log, mean, covariance }) => ({ weight: Math.exp(log - top) / total, mean, covariance }))
}

/** Mean and covariance of a mixture. */
export function mixtureMoments(components: readonly FullComponent[]): Omit<FullComponent, 'weight'> {
  const n = components[0]!.mean.length
  const total = components.reduce((sum, { weight }) => sum + weight, 0)
  const mean = new Float64Array(n)
  for (const { weight, mean: own } of components) own.forEach((value, i) => (mean[i]! += (weight / total) * value))
  const covariance = new Float64Array(n * n)
  for (const { weight, mean: own, covariance: c } of components) {
    for (let at = 0; at < c.length; at++) {
      const [i, j] = [Math.floor(at / n), at % n]
      covariance[at]! += (weight / total) * (c[at]! + (own[i]! - mean[i]!) * (own[j]! - mean[j]!))
    }
  }
  return { mean, covariance }
}

/** Draws from a mixture, `[count, d]`. */
export function drawMixture(components: readonly MixtureComponent[], count: number, stream: Key): Float64Array {
  const n = components[0]!.mean.length
  const total = components.reduce((sum, { weight = 1 }) => sum + weight, 0)
  const roots = components.map(({ covariance = 1 }) => symmetricEigen(fullCovariance(covariance, n), n))
  const z = normal(fold(stream, 'normal'), new Float64Array(count * n))
  const out = new Float64Array(count * n)
  uniform(fold(stream, 'component'), new Float64Array(count)).forEach((u, item) => {
    let k = 0
    for (let rest = u * total; k < components.length - 1; k++) {
      rest -= components[k]!.weight ?? 1
      if (rest < 0) break
    }
    const { values, vectors } = roots[k]!
    for (let i = 0; i < n; i++) {
      let sum = components[k]!.mean[i]!
      for (let j = 0; j < n; j++) sum += vectors[j * n + i]! * Math.sqrt(Math.max(0, values[j]!)) * z[item * n + j]!
      out[item * n + i] = sum
    }
  })
  return out
}

function fullCovariance(covariance: number | ArrayLike<number>, n: number): Float64Array {
  if (typeof covariance !== 'number' && covariance.length === n * n) return Float64Array.from(covariance)
  return Float64Array.from({ length: n * n }, (_, at) => {
    if (at % (n + 1) !== 0) return 0
    return typeof covariance === 'number' ? covariance : covariance[at % n]!
  })
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
