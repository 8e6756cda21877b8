/** DDPM's step with something added to its mean: for guidance that is published as a step, not as a denoiser. */
import { throwIfAborted } from '../../interrupted.ts'
import { type DenoiseContext, type Denoiser, type FloatArray, emptyLike } from '../denoise/denoiser.ts'
import { transition, type Transition } from '../noise/kernel.ts'
import { requireFinite } from '../sample/run-plan.ts'
import { defineSampler, type FreeSampler, type SamplerInfo } from '../sample/sampler.ts'

/** The values at a step whose mean is shifted. */
export interface ShiftedStep {
  /** x_t, `[batch, ...shape]`. */
  readonly x: FloatArray
  readonly t: number
  readonly s: number
  /** The numbers of the step from t to s. */
  readonly transition: Transition
  readonly context: DenoiseContext
}

/** E[x₀ | x_t], and what is added to the step's mean, `[batch, ...shape]` each. */
export interface MeanAndShift {
  readonly mean: FloatArray
  readonly shift: FloatArray
}

/**
 * x_s = (DDPM's mean) + shift + √β̃ z.
 *
 * @param evaluate the mean and what is added, worked out before the step is made
 */
export function shiftedAncestral(
  info: Pick<SamplerInfo, 'name' | 'use' | 'paper'>,
  evaluate: (step: ShiftedStep, denoiser: Denoiser) => Promise<MeanAndShift>,
): FreeSampler {
  return defineSampler({
    ...info,
    order: 1,
    stochastic: true,
    evaluations: 1,
    async *run({ denoiser, times, x, noise, context }) {
      const z = emptyLike(x)
      for (let index = 0; index + 1 < times.length; index++) {
        throwIfAborted(context.signal)
        const [t, s] = [times[index]!, times[index + 1]!]
        const step = transition(denoiser.schedule, s, t)
        const { mean, shift } = await evaluate({ x, t, s, transition: step, context }, denoiser)
        const { posterior } = step
        const spread = Math.sqrt(posterior.variance)
        if (spread > 0) noise(z, index, 0)
        for (let i = 0; i < x.length; i++) {
          x[i] = posterior.x * x[i]! + posterior.sample * mean[i]! + shift[i]! + (spread > 0 ? spread * z[i]! : 0)
        }
        requireFinite(x, denoiser, index, t, s)
        yield { index, total: times.length - 1, t, s, x, denoised: mean }
      }
    },
  })
}
