/** The probability-flow equation, solved to a tolerance rather than in a fixed number of steps. */
import { throwIfAborted } from '../../interrupted.ts'
import { type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import { viewOf } from '../denoise/parametrisation.ts'
import { type AdaptiveOptions, dormandPrince } from './dormand-prince.ts'
import { requireVelocity } from './requirements.ts'
import { euler } from './runge-kutta.ts'
import { requireFinite, runPlan } from './run-plan.ts'
import { defineSampler, type FreeSampler, type SampleStep } from './sampler.ts'

/**
 * RK45 on dx/dt = α′ x₀ + σ′ ε. Only the ends of the grid matter; if it ends in clean data, so does the time before,
 * from which one Euler step leads there (the equation is singular at σ = 0). The worst item of a batch decides the
 * steps: so items depend on their batch, by no more than the tolerance.
 *
 * Score-Based Generative Modeling through SDEs (Song et al., 2021), section 4.3, https://arxiv.org/abs/2011.13456
 *
 * @example
 * sampleFinal(denoiser, { sampler: adaptiveOde({ relative: 1e-4 }), times: [1, 1e-3, 0], batch: 16 })
 */
export function adaptiveOde(options: Omit<AdaptiveOptions, 'itemSize'> = {}): FreeSampler {
  return defineSampler({
    name: 'rk45',
    order: 5,
    stochastic: false,
    evaluations: 6,
    use: 'exact solutions and latents, to a tolerance',
    paper: 'https://arxiv.org/abs/2011.13456',
    async *run({ denoiser, times, x, noise, context }): AsyncGenerator<SampleStep> {
      const { schedule, shape } = denoiser
      const clean = schedule.sigma(times.at(-1)!) === 0
      const end = clean ? (times.length > 2 ? times.at(-2)! : Math.min(1e-3, times[0]! / 2)) : times.at(-1)!
      requireVelocity(schedule, times[0]!)
      let denoised: FloatArray = x
      const slope = async (t: number, y: FloatArray, out: FloatArray): Promise<void> => {
        throwIfAborted(context.signal)
        const view = viewOf('flow', schedule, t)
        denoised = await denoiser.denoise(y, t, context)
        for (let i = 0; i < y.length; i++) out[i] = view.x * y[i]! + view.mean * denoised[i]!
      }
      let index = 0
      for await (const { from, to } of dormandPrince(slope, x, times[0]!, end, {
        ...options,
        itemSize: sizeOf(shape),
      })) {
        requireFinite(x, denoiser, index, from, to)
        yield { index, total: index + 1 + (clean ? 1 : 0), t: from, s: to, x, denoised }
        index++
      }
      if (!clean) return
      const landing = euler().plan(schedule, [end, times.at(-1)!])
      for await (const step of runPlan(landing, { denoiser, x, noise, context }))
        yield { ...step, index, total: index + 1 }
    },
  })
}
