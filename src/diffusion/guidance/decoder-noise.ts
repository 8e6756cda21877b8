/**
 * What was measured of items that a decoder makes with noise, x = D(z) + s e with e ~ N(0, I) and y = A x + n with n ~ N(0, Σ_y) for a matrix A. To a code,
 *
 *     y | z ~ N(A D(z), Σ_y + s² A Aᵀ),
 *
 * and given the code the noise is a Gaussian that what was measured decides in part:
 *
 *     s e = s e₀ + s² Aᵀ (s² A Aᵀ + Σ_y)⁻¹ (y − A D(z) − s A e₀ − n₀)      with e₀ ~ N(0, I), n₀ ~ N(0, Σ_y)
 *
 * has just that law (Matheron's rule). Together, a code of its posterior and such noise are a draw of p(x | y).
 *
 * Wilson et al., Pathwise Conditioning of Gaussian Processes (2021), section 2, https://arxiv.org/abs/2011.04026
 */
import { sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { fold, type Key, normal } from '../../engine/random/index.ts'
import { type Observation, sigmaAt } from '../measure/observation.ts'
import type { LinearOperator } from '../measure/operator.ts'
import { conjugateGradients } from './conjugate-gradients.ts'

/**
 * σ of each number that was measured, as codes see it: the root of σ_y² + s² ‖a_k‖², the diagonal of Σ_y + s² A Aᵀ. That is all of it where no two
 * measurements share a number of the item.
 *
 * @param s the standard deviation of the decoder's noise @param squares ‖a_k‖², the squared norm of each row of A
 */
export function sigmaOfCodes(sigma: Observation['sigma'], s: number, squares: ArrayLike<number>): Float64Array {
  return Float64Array.from(squares, (square, k) => Math.sqrt(sigmaAt(sigma, k) ** 2 + s ** 2 * square))
}

/**
 * A draw of the decoder's noise s e given a code and what was measured of one item, `[...from]`.
 *
 * @param mean D(z), `[...from]` @param s its standard deviation, 0 or more
 * @throws TweedieError `shape` for a mean of another size
 */
export async function decoderNoise(
  { operator, y, sigma }: Observation<LinearOperator>,
  { mean, s, stream }: { readonly mean: ArrayLike<number>; readonly s: number; readonly stream: Key },
): Promise<Float64Array> {
  const [n, m] = [sizeOf(operator.from), sizeOf(operator.to)]
  if (mean.length !== n) throw new TweedieError('shape', `${mean.length} numbers, where an item has ${n}`)
  const noise = normal(fold(stream, 'noise'), new Float64Array(n)).map((each) => s * each)
  if (s === 0) return noise
  const error = normal(fold(stream, 'error'), new Float64Array(m))
  const measured = operator.forward(noise.map((each, i) => each + mean[i]!))
  const misses = measured.map((value, k) => y[k]! - value - sigmaAt(sigma, k) * error[k]!)
  const product = (v: Float64Array): Float64Array =>
    operator.forward(operator.adjoint(v)).map((value, k) => s ** 2 * value + sigmaAt(sigma, k) ** 2 * v[k]!)
  const solved = await conjugateGradients(product, misses, m, { iterations: 10 * m + 100, tolerance: 1e-9 })
  operator.adjoint(solved).forEach((value, i) => (noise[i]! += s ** 2 * value))
  return noise
}
