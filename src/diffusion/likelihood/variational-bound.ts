/**
 * The variational bound of a diffusion model, term by term, in nats:
 *
 *     −log p(x₀) ≤ D_KL(q(x_T | x₀) ‖ p(x_T)) + Σ D_KL(q(x_s | x_t, x₀) ‖ p(x_s | x_t)) − log p(x₀ | x_{t₁})
 *                = L_T                        + Σ L_{t−1}                               + L₀,
 *
 * with expectations over x_t ~ q(x_t | x₀), and p(x_s | x_t) = N(μ̃(x_t, E[x₀ | x_t]), Σ) for a variance Σ of choice.
 *
 * - Denoising Diffusion Probabilistic Models (Ho et al., 2020), equation 5, https://arxiv.org/abs/2006.11239
 * - Improved Denoising Diffusion Probabilistic Models (Nichol & Dhariwal, 2021), section 2, https://arxiv.org/abs/2102.09672
 */
import { type BoundTerms, sumPerItem, withTotal } from '../denoise/bound-terms.ts'
import { type DenoiseContext, type Denoiser, emptyLike, type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import { predictsVariance } from '../denoise/learned-variance.ts'
import { TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { jump, transition } from '../noise/kernel.ts'
import { fold, key, uniform } from '../../engine/random/index.ts'
import { type NoiseSource, randomNoise } from '../sample/noise-source.ts'
import { type Bins, logProbability } from './discretised-gaussian.ts'

/**
 * Σ, the variance of the reverse step:
 * - `small` — β̃, that of q(x_s | x_t, x₀), right for data that is one point; the decoder, whose β̃ is 0, uses that of
 * the next step
 * - `large` — β, that of q(x_t | x_s), right where the data's density is smooth
 * - `learned` — β^v β̃^{1−v} with the v of the network
 * - a function — E Var[x₀ | x_t], as in Analytic-DPM: Σ = β̃ + c² Var with c the factor of x₀ in μ̃, the best choice
 */
export type BoundVariance = 'small' | 'large' | 'learned' | ((t: number) => number)

/** How to work out the bound. */
export interface BoundOptions {
  /** Rising times t₁ < … < t_N; default those of the schedule's table. */
  readonly times?: readonly number[]
  /** Default `learned` where the network predicts variances; else `small` for data with a few values, `large` for densities. */
  readonly variance?: BoundVariance
  /** The decoder's variance, the same for all elements; default what `variance` makes of its step. See `bestVariance`. */
  readonly decoderVariance?: number
  /** Data with a few values (bytes: `{}`), for which L₀ is a probability; default none: L₀ is a density. */
  readonly bins?: Bins
  /** How many of the terms L_{t−1} are evaluated, one from each of so many strata, to estimate the sum; default all. */
  readonly terms?: number
  /** Decides noise and the choice of terms; default 0. */
  readonly seed?: number | bigint | string
  /** The number of the first item within all, when they come in batches. */
  readonly firstItem?: number
  /** Where noise comes from; default `randomNoise` with the seed. */
  readonly noise?: NoiseSource
  readonly signal?: AbortSignal
  /** Called after each term. */
  readonly onTerm?: (done: number, total: number) => void
}

/** The bound of items of numbers. */
export type VariationalBound = BoundTerms

/**
 * The bound of some items.
 *
 * @param x0 clean data, `[batch, ...shape]`
 * @throws TweedieError `usage` for times or a variance that make no sense @example
 * const { total } = await variationalBound(denoiser, images, { bins: {} })
 * total.map((nats) => bitsPerDim(nats, 3072))
 */
export async function variationalBound(
  denoiser: Denoiser,
  x0: FloatArray,
  options: BoundOptions = {},
): Promise<VariationalBound> {
  const { schedule, shape } = denoiser
  const { seed = 0, firstItem = 0, signal, onTerm, bins } = options
  const size = sizeOf(shape)
  const batch = x0.length / size
  const times = timesOf(denoiser, options)
  const { noise = randomNoise(size, { seed, firstItem }) } = options
  const variance = options.variance ?? (predictsVariance(denoiser) ? 'learned' : bins ? 'small' : 'large')
  const context: DenoiseContext = signal ? { signal } : {}
  const chosen = chooseTerms(times, options)
  const z = emptyLike(x0)

  /** E[x₀ | x_t] at a draw of x_t. */
  const meanAt = async (index: number, from: Denoiser = denoiser): Promise<FloatArray> => {
    throwIfAborted(signal)
    noise(z, index, 0)
    return from.denoise(jump(schedule, times[index]!, x0, z), times[index]!, context)
  }

  const prior = priorOf(denoiser, x0, times.at(-1)!)
  const transitions: VariationalBound['transitions'][number][] = []
  for (const [done, { index, weight }] of chosen.entries()) {
    const [s, t] = [times[index - 1]!, times[index]!]
    const mean = await meanAt(index)
    const logVariance = logVarianceOf(denoiser, variance, mean, s, t)
    const { posterior } = transition(schedule, s, t)
    const logTrue = Math.log(posterior.variance)
    const nats = sumPerItem(batch, size, (i) => {
      const log = logVariance(i)
      const square = (posterior.sample * (x0[i]! - mean[i]!)) ** 2
      return (log - logTrue - 1 + (posterior.variance + square) * Math.exp(-log)) / 2
    })
    transitions.push(Object.freeze({ s, t, weight, nats }))
    onTerm?.(done + 1, chosen.length + 1)
  }
  const mean = await meanAt(0, decoderOf(denoiser, options))
  const logVariance = logDecoderVarianceOf(denoiser, variance, mean, times, options)
  const decoder = sumPerItem(batch, size, (i) => {
    const log = logVariance(i)
    if (bins) return -logProbability(x0[i]!, mean[i]!, Math.exp(log / 2), bins)
    return (log + Math.log(2 * Math.PI) + (x0[i]! - mean[i]!) ** 2 * Math.exp(-log)) / 2
  })
  onTerm?.(chosen.length + 1, chosen.length + 1)
  return withTotal({ prior, transitions, decoder })
}

/** D_KL(N(α_T x₀, σ_T²) ‖ N(0, s²)), s² = α_T² + σ_T²: the prior that samplers start from. */
function priorOf({ schedule, shape }: Denoiser, x0: FloatArray, t: number): Float64Array {
  const size = sizeOf(shape)
  const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
  const scale = alpha ** 2 + sigma ** 2
  const ratio = sigma ** 2 / scale
  return sumPerItem(x0.length / size, size, (i) => ((alpha * x0[i]!) ** 2 / scale + (ratio - 1) - Math.log(ratio)) / 2)
}

/**
 * The times that a bound needs, rising: t₁ for the decoder, and those of the chosen terms. Values estimated beforehand,
 * such as E Var[x₀ | x_t], are needed at these times only.
 */
export function boundTimes(times: readonly number[], options: Pick<BoundOptions, 'terms' | 'seed'> = {}): number[] {
  return [times[0]!, ...chooseTerms(times, options).map(({ index }) => times[index]!)]
}

/**
 * The source of the decoder's mean. The outermost bins reach to infinity, so a mean beyond the data's range makes them
 * more likely: therefore it is not clipped, as the means of transitions may be.
 */
export function decoderOf(denoiser: Denoiser, { bins }: { readonly bins?: Bins | undefined }): Denoiser {
  return (bins && denoiser.projection?.base) ?? denoiser
}

/** log of the decoder's variance at element i: the caller's, or that of the step from t₁ to 0. */
function logDecoderVarianceOf(
  denoiser: Denoiser,
  kind: BoundVariance,
  mean: FloatArray,
  [t, after]: readonly number[],
  { decoderVariance }: BoundOptions,
): (i: number) => number {
  if (decoderVariance !== undefined) {
    if (!(decoderVariance > 0)) throw new TweedieError('usage', `the decoder's variance is ${decoderVariance}`)
    return () => Math.log(decoderVariance)
  }
  // β̃ of this step is 0: the next step's stands in
  const next = after === undefined ? undefined : transition(denoiser.schedule, t!, after).posterior.variance
  return logVarianceOf(denoiser, kind, mean, 0, t!, next)
}

/** log Σ of element i, for the step from t to s, at a mean that the denoiser gave; `next` stands in for β̃ where that is 0. */
function logVarianceOf(
  denoiser: Denoiser,
  kind: BoundVariance,
  mean: FloatArray,
  s: number,
  t: number,
  next?: number,
): (i: number) => number {
  const { posterior, variance: large } = transition(denoiser.schedule, s, t)
  if (typeof kind === 'function') {
    const log = Math.log(posterior.variance + posterior.sample ** 2 * kind(t))
    return () => log
  }
  const small = posterior.variance > 0 ? posterior.variance : (next ?? large)
  if (kind !== 'learned') {
    const log = Math.log(kind === 'small' ? small : large)
    return () => log
  }
  if (!predictsVariance(denoiser)) {
    throw new TweedieError('usage', 'the bound with learned variances needs a model that predicts them', {
      hint: "use the variance 'small' or 'large'",
    })
  }
  const fraction = denoiser.fraction(mean)
  const [logLarge, logSmall] = [Math.log(large), Math.log(small)]
  return (i) => fraction[i]! * logLarge + (1 - fraction[i]!) * logSmall
}

function timesOf({ schedule }: Denoiser, { times }: BoundOptions): readonly number[] {
  if (times === undefined) {
    if (!schedule.table) {
      throw new TweedieError('usage', `the schedule ${schedule.name} has no levels: over which times is the bound?`, {
        hint: 'give rising times, such as 1/1000, 2/1000, …, 1',
      })
    }
    const { steps } = schedule.table
    return Array.from({ length: steps }, (_, i) => (i + 1) / steps)
  }
  const rising = times.every((t, i) => t > (i === 0 ? 0 : times[i - 1]!)) && (times.at(-1) ?? 2) <= 1
  if (rising) return times
  throw new TweedieError('usage', 'the times of the bound must rise, from above 0 to at most 1')
}

/**
 * One of each of so many strata of the terms 1 … count, and the number that it stands for. A term's size falls about as
 * 1/index, so the strata widen in proportion.
 */
export function chooseTerms(times: readonly number[], { terms: wanted = Infinity, seed = 0 }: BoundOptions) {
  const count = times.length - 1
  const strata = Math.min(count, wanted)
  const draws = uniform(fold(key(seed), 'bound'), new Float64Array(strata))
  let from = 0
  return Array.from(draws, (draw, j) => {
    const left = strata - j
    const widened = Math.round(Math.max(1, from) * (count / Math.max(1, from)) ** (1 / left))
    const to = Math.min(count - left + 1, Math.max(from + 1, widened))
    const chosen = { index: 1 + from + Math.floor(draw * (to - from)), weight: to - from }
    from = to
    return chosen
  })
}
