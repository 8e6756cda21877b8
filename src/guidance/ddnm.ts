/** Null-space sampling for linear measurements with a known singular value decomposition: DDNM⁺, of the class of DDRM. */
import { type FloatArray, emptyLike, sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../errors.ts'
import type { LinearOperator } from '../measure/operator.ts'
import type { Observation } from '../measure/observation.ts'
import type { Svd } from '../measure/svd.ts'
import { transition } from '../noise/kernel.ts'
import { requireFinite } from '../sample/run-plan.ts'
import { defineSampler, type FreeSampler } from '../sample/sampler.ts'

/**
 * Each direction of the data that the measurement sees with a factor s_i is taken from the measurement, the others from the
 * denoiser: D̂ = D + V Λ S⁻¹ (Uᵀ y − S Vᵀ D). The noise that comes with y takes the place of the noise of DDPM's step as far
 * as that goes: for DDPM's step x_s = a x_t + b D + n z and w_i = b σ_y / s_i, which is what noise y would bring into x_s,
 *
 *     w_i ≤ n: λ_i = 1, and √(n² − w_i²) z along i;    w_i > n: λ_i = √(1 − η²) n / w_i, and η n z.
 *
 * It needs no derivative and no σ_y > 0. What is seen does not inform what is not, but
 * through the denoiser at lower noise: so it is biased for data whose directions are correlated.
 *
 * Zero-Shot Image Restoration Using Denoising Diffusion Null-Space Model (Wang et al., 2023), https://arxiv.org/abs/2212.00490
 *
 * @param options `eta`: η, the share of noise that stays where the measurement is too noisy to be taken for the data; default 0.85
 * @throws TweedieError `usage` for an operator without decomposition, or noise that is not one number
 */
export function ddnm(
  observation: Observation<LinearOperator>,
  { eta = 0.85 }: { readonly eta?: number } = {},
): FreeSampler {
  if (!(eta >= 0 && eta <= 1)) throw new TweedieError('usage', `eta is ${eta}: it lies in [0, 1]`)
  const { operator, y, sigma } = observation
  const svd = operator.svd?.()
  if (svd === undefined) {
    throw new TweedieError('usage', `ddnm: the singular values of ${operator.name} are not known`, {
      hint: 'mmps and dps need none',
    })
  }
  if (typeof sigma !== 'number') throw new TweedieError('usage', 'ddnm: sigma_y must be one number')
  const [n, m] = [sizeOf(operator.from), sizeOf(operator.to)]
  const measured = Array.from({ length: y.length / m }, (_, item) => svd.measured(y.slice(item * m, (item + 1) * m)))
  return defineSampler({
    name: 'ddnm',
    order: 1,
    stochastic: true,
    evaluations: 1,
    use: 'draws given a linear measurement, without derivatives',
    paper: 'https://arxiv.org/abs/2212.00490',
    async *run({ denoiser, times, x, noise, context }) {
      const z = emptyLike(x)
      for (let index = 0; index + 1 < times.length; index++) {
        context.signal?.throwIfAborted()
        const [t, s] = [times[index]!, times[index + 1]!]
        const { posterior } = transition(denoiser.schedule, s, t)
        const mean = (await denoiser.denoise(x, t, context)).slice()
        const spread = Math.sqrt(posterior.variance)
        if (spread > 0) noise(z, index, 0)
        else z.fill(0)
        const step = { mean: posterior.sample, noise: spread, sigma, eta }
        for (let item = 0; item * n < x.length; item++) {
          const part = (array: FloatArray): FloatArray => array.subarray(item * n, (item + 1) * n)
          project(svd, measured[item % measured.length]!, part(mean), part(z), step)
        }
        for (let i = 0; i < x.length; i++) {
          x[i] = posterior.x * x[i]! + posterior.sample * mean[i]! + spread * z[i]!
        }
        requireFinite(x, denoiser, index, t, s)
        yield { index, total: times.length - 1, t, s, x, denoised: mean }
      }
    },
  })
}

interface Step {
  /** b, the factor of the mean in x_s. */
  readonly mean: number
  /** n, the standard deviation of its noise. */
  readonly noise: number
  readonly sigma: number
  readonly eta: number
}

/** Moves an item's mean towards the measurement, and takes noise away where that brings its own; both in place. */
function project(svd: Svd, measured: Float64Array, mean: FloatArray, z: FloatArray, step: Step): void {
  const { values } = svd
  const [seen, drawn] = [svd.coordinates(mean), svd.coordinates(z)]
  const towards = new Float64Array(values.length)
  const less = new Float64Array(values.length)
  for (const [i, value] of values.entries()) {
    if (value === 0) continue
    // b σ_y / s_i: what noise the measurement would bring into x_s
    const brought = (step.mean * step.sigma) / value
    const share = step.noise >= brought ? 1 : (Math.sqrt(1 - step.eta ** 2) * step.noise) / brought
    towards[i] = share * (measured[i]! / value - seen[i]!)
    const left = step.noise === 0 ? 1 : Math.sqrt(Math.max(0, 1 - ((share * brought) / step.noise) ** 2))
    less[i] = (left - 1) * drawn[i]!
  }
  const [shift, change] = [svd.compose(towards), svd.compose(less)]
  for (let i = 0; i < mean.length; i++) {
    mean[i]! += shift[i]!
    z[i]! += change[i]!
  }
}
