/** The reverse stochastic differential equation, with steps as long as a tolerance allows. */
import { emptyLike, type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { brownianPath } from './brownian.ts'
import { ddim } from './ddim.ts'
import { requireSignal } from './requirements.ts'
import { requireFinite, runPlan } from './run-plan.ts'
import { defineSampler, type FreeSampler, type SampleStep } from './sampler.ts'

/** How exact. */
export interface AdaptiveSdeOptions {
  /** Error allowed per step, relative to the state; default 0.02. */
  readonly relative?: number
  /** Error allowed per step, absolute; default 0.0078, one grey level of 8-bit data in [−1, 1]. */
  readonly absolute?: number
  /** More steps than this, accepted or not, are an error; default 10,000. */
  readonly maxSteps?: number
}

/**
 * A step of Euler and Maruyama beside one of the stochastic Heun method: their difference is the error, the better one is
 * kept. Only the ends of the grid matter; clean data is reached from the time before by the posterior mean. The steps
 * are
 * those of the batch's worst item. (The paper draws new noise when a step is taken back; here the Brownian path stays.)
 *
 * Gotta Go Fast When Generating Data with Score-Based Models (Jolicoeur-Martineau et al., 2021), algorithm 1,
 * https://arxiv.org/abs/2105.14080
 */
export function adaptiveSde({
  relative = 0.02,
  absolute = 0.0078,
  maxSteps = 10_000,
}: AdaptiveSdeOptions = {}): FreeSampler {
  return defineSampler({
    name: 'sde-adaptive',
    order: 2,
    stochastic: true,
    evaluations: 2,
    use: 'the reverse SDE to a tolerance, without choosing a number of steps',
    paper: 'https://arxiv.org/abs/2105.14080',
    async *run({ denoiser, times, x, noise, context }): AsyncGenerator<SampleStep> {
      const { schedule, shape } = denoiser
      const clean = schedule.sigma(times.at(-1)!) === 0
      const end = clean ? (times.length > 2 ? times.at(-2)! : Math.min(1e-3, times[0]! / 2)) : times.at(-1)!
      requireSignal(schedule, times[0]!)
      let draws = 0
      const path = brownianPath((out) => noise(out, 0, draws++), x)
      let denoised: FloatArray = x
      /** f x − g² ∇ log p, backwards in time: what a step of length h adds h times. */
      const drift = async (t: number, y: FloatArray): Promise<Float64Array> => {
        throwIfAborted(context.signal)
        denoised = await denoiser.denoise(y, t, context)
        const [f, pull, alpha] = [schedule.drift(t), schedule.diffusion(t) / schedule.sigma(t) ** 2, schedule.alpha(t)]
        return Float64Array.from(y, (value, i) => -f * value + pull * (alpha * denoised[i]! - value))
      }
      const [euler, better] = [emptyLike(x), emptyLike(x)]
      let [t, length, index] = [times[0]!, (times[0]! - end) / 100, 0]
      let slope = await drift(t, x)
      for (let tries = 0; t > end; tries++) {
        if (tries === maxSteps) {
          throw new TweedieError('diverged', `the adaptive solver is stuck at t = ${t} after ${tries} tries`, {
            hint: 'loosen the tolerances',
          })
        }
        const h = Math.min(length, path.known(), t - end)
        const s = t - h <= end + 1e-12 ? end : t - h
        const W = path.increment(h)
        const [g, gEnd] = [Math.sqrt(schedule.diffusion(t)), Math.sqrt(schedule.diffusion(s))]
        for (let i = 0; i < x.length; i++) euler[i] = x[i]! + h * slope[i]! + g * W[i]!
        const slopeEnd = await drift(s, euler)
        for (let i = 0; i < x.length; i++) {
          better[i] = x[i]! + (h / 2) * (slope[i]! + slopeEnd[i]!) + ((g + gEnd) / 2) * W[i]!
        }
        const error = worstError(x, euler, better, sizeOf(shape), relative, absolute)
        length = h * Math.min(5, Math.max(0.1, 0.9 * error ** -0.9))
        if (!(error <= 1)) continue
        path.accept()
        x.set(better)
        requireFinite(x, denoiser, index, t, s)
        yield { index, total: index + 2, t, s, x, denoised }
        index++
        t = s
        if (t > end) slope = await drift(t, x)
      }
      if (!clean) return
      const landing = ddim().plan(schedule, [end, times.at(-1)!])
      for await (const step of runPlan(landing, { denoiser, x, noise, context }))
        yield { ...step, index, total: index + 1 }
    },
  })
}

/** The root mean square difference of the two steps, in units of what is allowed, of the worst item. */
function worstError(
  x: FloatArray,
  a: FloatArray,
  b: FloatArray,
  size: number,
  relative: number,
  absolute: number,
): number {
  let worst = 0
  for (let from = 0; from < x.length; from += size) {
    let sum = 0
    for (let i = from; i < from + size; i++) {
      sum += ((a[i]! - b[i]!) / Math.max(absolute, relative * Math.max(Math.abs(a[i]!), Math.abs(x[i]!)))) ** 2
    }
    if (!(sum <= worst)) worst = sum
  }
  return Math.max(1e-6, Math.sqrt(worst / size))
}
