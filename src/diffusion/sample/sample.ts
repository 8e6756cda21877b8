/** Sampling: a denoiser, a sampler and one array of times. */
import { type Conditions, type Denoiser, type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import type { Schedule } from '../noise/schedule.ts'
import { type NoiseSource, type RandomNoiseOptions, randomNoise } from './noise-source.ts'
import { runPlan } from './run-plan.ts'
import type { Sampler, SampleStep, SamplingProblem } from './sampler.ts'

/** How to sample. */
export interface SampleOptions extends RandomNoiseOptions {
  readonly sampler: Sampler
  /**
   * The times, strictly falling from noise to data (or strictly rising, to encode data into noise). The step from
   * `times[i]` goes to `times[i + 1]`.
   */
  readonly times: readonly number[]
  /** How many items; default 1, or as many as `x` holds. */
  readonly batch?: number
  /** The state at `times[0]`, `[batch, ...shape]`, which is copied; default pure noise, see {@link initialState}. */
  readonly x?: FloatArray
  /** Where noise comes from; default {@link randomNoise} with `seed`, `firstItem` or `seeds`. */
  readonly noise?: NoiseSource
  /** The type of the state if `x` is not given; default `float32`. */
  readonly dtype?: 'float32' | 'float64'
  /** The conditions of each item, `[batch, ...]` by name, for a conditional denoiser. */
  readonly conditions?: Conditions | undefined
  /** Stops between evaluations. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Samples step by step.
 *
 * @throws TweedieError `usage` for times that do not fit, `shape` for an `x` that does not, `diverged` for NaN
 * @example
 * for await (const { index, total, denoised } of sample(denoiser, { sampler: ddim(), times: uniformTimes(50) })) {
 *   preview(denoised, index / total)
 * }
 */
export async function* sample(denoiser: Denoiser, options: SampleOptions): AsyncGenerator<SampleStep> {
  const { sampler, times } = options
  requireTimes(times, sampler)
  const problem = problemOf(denoiser, options)
  yield* 'plan' in sampler ? runPlan(sampler.plan(denoiser.schedule, times), problem) : sampler.run(problem)
}

/**
 * Samples to the end and returns the last state, `[batch, ...shape]`.
 *
 * @example
 * const images = await sampleFinal(denoiser, { sampler: ddim(), times: uniformTimes(50), batch: 16, seed: 1 })
 */
export async function sampleFinal(denoiser: Denoiser, options: SampleOptions): Promise<FloatArray> {
  let last: FloatArray | undefined
  for await (const { x } of sample(denoiser, options)) last = x
  return last!
}

/**
 * Pure noise at time t: √(α² + σ²) z, the distribution of data of unit variance at full noise.
 *
 * @param out `[batch, ...shape]`
 */
export function initialState(schedule: Schedule, t: number, noise: NoiseSource, out: FloatArray): FloatArray {
  const scale = Math.hypot(schedule.alpha(t), schedule.sigma(t))
  noise(out, -1, 0)
  for (let i = 0; i < out.length; i++) out[i]! *= scale
  return out
}

function problemOf(denoiser: Denoiser, options: SampleOptions): SamplingProblem {
  const { times, x, batch, dtype = 'float32', signal, conditions } = options
  const size = sizeOf(denoiser.shape)
  if (x && (x.length === 0 || x.length % size !== 0 || (batch !== undefined && x.length !== batch * size))) {
    throw new TweedieError(
      'shape',
      `x has ${x.length} elements for ${batch ?? 'some'} items of [${denoiser.shape.join(', ')}]`,
    )
  }
  const noise = options.noise ?? randomNoise(size, options)
  const length = (batch ?? 1) * size
  const fresh = () => (dtype === 'float64' ? new Float64Array(length) : new Float32Array(length))
  return {
    denoiser,
    times,
    noise,
    x: x ? x.slice() : initialState(denoiser.schedule, times[0]!, noise, fresh()),
    context: { ...(signal && { signal }), ...(conditions && { conditions }) },
  }
}

/** Refuses times that are outside [0, 1], not strictly monotone, or rise for a sampler that draws noise. */
export function requireTimes(times: readonly number[], sampler: Pick<Sampler, 'name' | 'stochastic'>): void {
  if (times.length < 2) throw new TweedieError('usage', `${times.length} times: sampling needs at least two`)
  const direction = Math.sign(times[1]! - times[0]!)
  for (const [i, t] of times.entries()) {
    if (!(t >= 0 && t <= 1)) throw new TweedieError('usage', `times[${i}] is ${t}: a time lies in [0, 1]`)
    if (i > 0 && Math.sign(t - times[i - 1]!) !== direction) {
      throw new TweedieError(
        'usage',
        `times[${i - 1}] = ${times[i - 1]} and times[${i}] = ${t}: times must only fall, or only rise`,
        {
          hint: 'fewer steps than the noise table has levels avoid duplicates',
        },
      )
    }
  }
  if (direction > 0 && sampler.stochastic) {
    throw new TweedieError('usage', `${sampler.name} cannot encode: rising times need a sampler without noise`, {
      hint: '`sampler: ddim` can encode',
    })
  }
}
