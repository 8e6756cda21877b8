/** What was measured: y = A(x₀) + n, with Gaussian noise of known standard deviation. */
import { type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { fold, key, normal } from '../../engine/random/index.ts'
import type { Operator } from './operator.ts'

/** A measurement that was made. */
export interface Observation<O extends Operator = Operator> {
  readonly operator: O
  /** One measurement for all items of a batch, `[...to]`, or one for each, `[batch, ...to]`. */
  readonly y: FloatArray
  /** σ_y: one for all, or one for each number of a measurement. */
  readonly sigma: number | ArrayLike<number>
}

/**
 * Checks that the parts fit.
 *
 * @throws TweedieError `shape` for a measurement of the wrong size, `usage` for a σ_y that is negative or not a number
 */
export function observation<O extends Operator>(
  operator: O,
  y: FloatArray,
  sigma: Observation['sigma'],
): Observation<O> {
  const m = sizeOf(operator.to)
  if (y.length === 0 || y.length % m !== 0) {
    throw new TweedieError('shape', `${operator.name}: ${y.length} numbers measured, expected ${m} for each item`)
  }
  const all = typeof sigma === 'number' ? [sigma] : Array.from(sigma)
  if (typeof sigma !== 'number' && all.length !== m) {
    throw new TweedieError('shape', `${all.length} standard deviations for a measurement of ${m} numbers`)
  }
  const wrong = all.find((value) => !(value >= 0 && Number.isFinite(value)))
  if (wrong !== undefined) throw new TweedieError('usage', `sigma_y is ${wrong}: a standard deviation is 0 or more`)
  return Object.freeze({ operator, y, sigma })
}

/** Measures items: y = A(x) + σ_y z. The same seed gives the same noise, item by item. */
export async function observe<O extends Operator>(
  operator: O,
  x: FloatArray,
  { sigma = 0, seed = 0 }: { readonly sigma?: Observation['sigma']; readonly seed?: number | string } = {},
): Promise<Observation<O>> {
  const m = sizeOf(operator.to)
  const y = await operator.forward(x)
  for (let item = 0; item * m < y.length; item++) {
    const noise = normal(fold(key(seed), 'measurement', item), new Float64Array(m))
    for (let k = 0; k < m; k++) y[item * m + k]! += sigmaAt(sigma, k) * noise[k]!
  }
  return observation(operator, y, sigma)
}

/**
 * Counts instead of noise of one strength: for counts N ~ Poisson(rate · brightness), y = N / rate has about the standard
 * deviation √(y / rate), which is what this gives; no less than that of one count.
 *
 * @param y brightness, 0 or more
 * @param rate counts for a brightness of 1
 */
export function poissonSigma(y: ArrayLike<number>, rate: number): Float64Array {
  if (!(rate > 0 && Number.isFinite(rate))) throw new TweedieError('usage', `a rate of ${rate}: above zero`)
  return Float64Array.from(y, (value) => Math.sqrt(Math.max(value, 1 / rate) / rate))
}

/** y − A(x₀) for given A(x₀), `[batch, ...to]`. */
export function residual({ y, operator }: Observation, measured: FloatArray): Float64Array {
  const m = sizeOf(operator.to)
  if (y.length !== m && y.length !== measured.length) {
    throw new TweedieError('shape', `${y.length / m} measurements for ${measured.length / m} items: one, or as many`)
  }
  return Float64Array.from(measured, (value, i) => y[i % y.length]! - value)
}

/** The k-th standard deviation. */
export function sigmaAt(sigma: Observation['sigma'], k: number): number {
  return typeof sigma === 'number' ? sigma : sigma[k % sigma.length]!
}

/** Refuses an observation without noise, for methods that divide by it. */
export function requireNoise(method: string, { sigma }: Observation): void {
  const least = typeof sigma === 'number' ? sigma : Array.from(sigma).reduce((a, b) => Math.min(a, b), Infinity)
  if (least > 0) return
  throw new TweedieError('usage', `${method} with sigma_y = ${least}: it must be greater than 0`, {
    hint: 'say how noisy the measurement is; 0.01 for one that is nearly exact',
  })
}
