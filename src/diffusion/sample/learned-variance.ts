/** Ancestral sampling with the variances that the network predicts. */
import { predictsVariance } from '../denoise/learned-variance.ts'
import { emptyLike } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { transition } from '../noise/kernel.ts'
import { requireFinite } from './run-plan.ts'
import { defineSampler, type FreeSampler, type SampleStep } from './sampler.ts'

/**
 * DDPM's step with a variance for each element, β^v β̃^{1−v}: fewer steps are enough, since the network has learned its
 * own uncertainty. Its noise depends on the data, so it is not a table of coefficients.
 *
 * Improved Denoising Diffusion Probabilistic Models (Nichol & Dhariwal, 2021), equation 15,
 * https://arxiv.org/abs/2102.09672
 */
export function ddpmLearned(): FreeSampler {
  return defineSampler({
    name: 'ddpm-learned',
    order: 1,
    stochastic: true,
    evaluations: 1,
    use: 'models that predict their variance, 50 to 250 steps',
    paper: 'https://arxiv.org/abs/2102.09672',
    async *run({ denoiser, times, x, noise, context }): AsyncGenerator<SampleStep> {
      const source = denoiser.projection?.base ?? denoiser
      if (!predictsVariance(source)) {
        throw new TweedieError('usage', 'ddpm-learned needs a model that predicts variances', {
          hint: 'use ddpm instead',
        })
      }
      const z = emptyLike(x)
      for (let index = 0; index < times.length - 1; index++) {
        throwIfAborted(context.signal)
        const [t, s] = [times[index]!, times[index + 1]!]
        const { posterior, variance } = transition(denoiser.schedule, s, t)
        const mean = await denoiser.denoise(x, t, context)
        const fraction = source.fraction(mean)
        const [logLarge, logSmall] = [Math.log(variance), Math.log(posterior.variance)]
        if (posterior.variance > 0) noise(z, index, 0)
        else z.fill(0)
        for (let i = 0; i < x.length; i++) {
          const deviation = z[i] === 0 ? 0 : Math.exp((fraction[i]! * logLarge + (1 - fraction[i]!) * logSmall) / 2)
          x[i] = posterior.x * x[i]! + posterior.sample * mean[i]! + deviation * z[i]!
        }
        requireFinite(x, denoiser, index, t, s)
        yield { index, total: times.length - 1, t, s, x, denoised: mean }
      }
    },
  })
}
