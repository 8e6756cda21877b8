/** Spectral sampling for linear measurements with a known singular value decomposition: DDRM, of which DDNM is the noiseless case. */
import { emptyLike, type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import type { LinearOperator } from '../measure/operator.ts'
import type { Observation } from '../measure/observation.ts'
import type { Svd } from '../measure/svd.ts'
import { requireFinite } from '../sample/run-plan.ts'
import { defineSampler, type FreeSampler } from '../sample/sampler.ts'

/** How much noise is new. */
export interface DdrmOptions {
  /** η of the directions that are not measured, or measured with more noise than the state has; default 0.85. */
  readonly eta?: number
}

/**
 * In the coordinates of A = U S Vᵀ each direction of the data is measured with a factor s_i, as ȳ_i = (Uᵀ y)_i / s_i
 * with the noise
 * σ_y / s_i. The next state is drawn direction by direction, with the noise of time s in all:
 *
 *     seen better than x_s shows it, σ_y / s_i ≤ σ_s / α_s:   α_s ȳ_i + √(σ_s² − α_s² σ_y² / s_i²) z
 *     seen worse:                                             α_s D_i + √(1 − η²) σ_s (ȳ_i − D_i) s_i / σ_y + η σ_s z
 *     not seen:                                               α_s D_i + √(1 − η²) σ_s ε_i + η σ_s z
 *
 * It needs no derivative, and no σ_y > 0. Measured directions inform the others only through the denoiser: so it is
 * biased for data whose directions are correlated.
 *
 * - Denoising Diffusion Restoration Models (Kawar et al., 2022), https://arxiv.org/abs/2201.11793
 * - Zero-Shot Image Restoration Using Denoising Diffusion Null-Space Model (Wang et al., 2023), https://arxiv.org/abs/2212.00490
 *
 * @throws TweedieError `usage` for an operator without decomposition, or noise that is not one number
 */
export function ddrm(observation: Observation<LinearOperator>, { eta = 0.85 }: DdrmOptions = {}): FreeSampler {
  const { operator, y, sigma } = observation
  const svd = operator.svd?.()
  if (!(eta >= 0 && eta <= 1)) throw new TweedieError('usage', `eta is ${eta}: it lies in [0, 1]`)
  if (svd === undefined) {
    throw new TweedieError('usage', `ddrm: the singular values of ${operator.name} are not known`, {
      hint: 'mmps and dps need none',
    })
  }
  if (typeof sigma !== 'number') throw new TweedieError('usage', 'ddrm: sigma_y must be one number')
  const [n, m] = [sizeOf(operator.from), sizeOf(operator.to)]
  const measured = Array.from({ length: y.length / m }, (_, item) => svd.measured(y.slice(item * m, (item + 1) * m)))
  return defineSampler({
    name: 'ddrm',
    order: 1,
    stochastic: true,
    evaluations: 1,
    use: 'draws given a linear measurement, without derivatives',
    paper: 'https://arxiv.org/abs/2201.11793',
    async *run({ denoiser, times, x, noise, context }) {
      const { schedule } = denoiser
      const z = emptyLike(x)
      for (let index = 0; index + 1 < times.length; index++) {
        throwIfAborted(context.signal)
        const [t, s] = [times[index]!, times[index + 1]!]
        const mean = (await denoiser.denoise(x, t, context)).slice()
        noise(z, index, 0)
        const step = { alpha: schedule.alpha(s), sigma: schedule.sigma(s), eta, measured: sigma }
        const [alpha, level] = [schedule.alpha(t), schedule.sigma(t)]
        const kept = Math.sqrt(1 - eta ** 2) * step.sigma
        for (let i = 0; i < x.length; i++) {
          const epsilon = (x[i]! - alpha * mean[i]!) / level
          x[i] = step.alpha * mean[i]! + kept * epsilon + eta * step.sigma * z[i]!
        }
        for (let item = 0; item * n < x.length; item++) {
          const part = (array: FloatArray): FloatArray => array.subarray(item * n, (item + 1) * n)
          replaceSeen(svd, measured[item % measured.length]!, part(x), part(mean), part(z), step)
        }
        requireFinite(x, denoiser, index, t, s)
        yield { index, total: times.length - 1, t, s, x, denoised: mean }
      }
    },
  })
}

interface Step {
  readonly alpha: number
  readonly sigma: number
  readonly eta: number
  /** σ_y. */
  readonly measured: number
}

/** Draws the seen directions of an item anew, in place. */
function replaceSeen(
  svd: Svd,
  y: Float64Array,
  x: FloatArray,
  mean: FloatArray,
  z: FloatArray,
  { alpha, sigma, eta, measured }: Step,
): void {
  const [own, guess, drawn] = [x, mean, z].map(svd.coordinates) as [Float64Array, Float64Array, Float64Array]
  const change = svd.values.map((value, i) => {
    if (value === 0) return 0
    const [seen, noise] = [y[i]! / value, measured / value]
    if (alpha * noise <= sigma) {
      return alpha * seen + Math.sqrt(sigma ** 2 - (alpha * noise) ** 2) * drawn[i]! - own[i]!
    }
    const pull = (Math.sqrt(1 - eta ** 2) * sigma * (seen - guess[i]!)) / noise
    return alpha * guess[i]! + pull + eta * sigma * drawn[i]! - own[i]!
  })
  svd.compose(change).forEach((value, i) => (x[i]! += value))
}
