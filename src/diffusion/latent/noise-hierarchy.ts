/**
 * A diffusion model as a hierarchy: levels are the noisy states x_{t₁} … x_{t_N} of the data, the encoder is the noise kernel, and p of a
 * level is the reverse step of a denoiser:
 *
 *     q(x_{t_N} | x₀) = N(α x₀, σ² I),     q(x_s | x_t, x₀) = N(μ̃(x_t, x₀), β̃ I),     p(x_s | x_t) = N(μ̃(x_t, E[x₀ | x_t]), Σ I).
 *
 * Nothing of the encoder is learned, and every code is as large as the data. The bound of the hierarchy is that of the diffusion model,
 * term by term. Kingma et al., Variational Diffusion Models (2021), https://arxiv.org/abs/2107.00630
 */
import { add, filled, mul } from '../../engine/graph/index.ts'
import type { Shape, Tensor } from '../../engine/graph/index.ts'
import { TweedieError } from '../../errors.ts'
import { transition } from '../noise/kernel.ts'
import type { Schedule } from '../noise/schedule.ts'
import type { DiagonalGaussian } from './gaussian.ts'
import type { Hierarchy } from './hierarchy.ts'

/** What it is made of. */
export interface NoiseHierarchyOptions {
  readonly schedule: Schedule
  /** Rising times t₁ < … < t_N, from above 0. */
  readonly times: readonly number[]
  /** Of one item. */
  readonly shape: Shape
  /** E[x₀ | x_t] as an expression of x_t `[M, ...shape]`. */
  readonly denoise: (x: Tensor, t: number) => Tensor
  /** Σ: `small` is β̃, the variance of q(x_s | x_t, x₀); `large` is β, that of q(x_t | x_s). */
  readonly variance?: 'small' | 'large'
}

/**
 * The hierarchy. The law of the data is of their mean at the first time: its output is E[x₀ | x_{t₁}].
 *
 * @throws TweedieError `usage` for times that do not rise
 * @example
 * const hierarchy = noiseHierarchy({ schedule, times: [0.1, 0.4, 1], shape: [2], denoise: (x, t) => mul(x, gain(t)) })
 */
export function noiseHierarchy({
  schedule,
  times,
  shape: item,
  denoise,
  variance = 'small',
}: NoiseHierarchyOptions): Hierarchy {
  if (times.length === 0 || !times.every((t, i) => t > (times[i - 1] ?? 0) && t <= 1)) {
    throw new TweedieError('usage', 'the times of a hierarchy must rise, from above 0 to at most 1')
  }
  const steps = times.slice(1).map((t, level) => transition(schedule, times[level]!, t))
  const gaussian = (mean: Tensor, square: number): DiagonalGaussian => ({
    mean,
    logVariance: filled(Math.log(square), mean.shape),
  })
  const [alpha, sigma] = [schedule.alpha(times.at(-1)!), schedule.sigma(times.at(-1)!)]
  return Object.freeze<Hierarchy>({
    latentShapes: times.map(() => item),
    order: 'top-down',
    features: (x) => [x],
    posterior(level, [x], [above]) {
      if (!above) return gaussian(mul(x!, alpha), sigma ** 2)
      const { posterior } = steps[level]!
      return gaussian(add(mul(above, posterior.x), mul(x!, posterior.sample)), posterior.variance)
    },
    prior(level, [above], shape) {
      // samplers start from N(0, α² + σ²), which is N(0, I) where variance is preserved
      if (!above) return gaussian(filled(0, shape), alpha ** 2 + sigma ** 2)
      const { posterior, variance: large } = steps[level]!
      const mean = add(mul(above, posterior.x), mul(denoise(above, times[level + 1]!), posterior.sample))
      return gaussian(mean, variance === 'small' ? posterior.variance : large)
    },
    output: ([lowest]) => denoise(lowest!, times[0]!),
  })
}
