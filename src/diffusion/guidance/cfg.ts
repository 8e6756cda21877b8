/**
 * Classifier-free guidance: a conditional denoiser, pushed away from the unconditional one. It takes denoisers and gives back
 * a denoiser, so it works with every sampler and every parametrisation. With the weight w,
 *
 *     ε = (w + 1) ε_c − w ε_∅,
 *
 * and, because ε, v and the score are linear in the posterior mean, D = (w + 1) D_c − w D_∅: on the score it is
 * ∇ log p(x) + (w + 1) ∇ log p(c | x). So w = 0 is the conditional model itself, w > 0 pushes further towards the
 * class, w = −1 ignores it. Other libraries use the scale s = w + 1 (diffusers' `guidance_scale`, Imagen's w). Both are
 * accepted here.
 *
 * - Classifier-Free Diffusion Guidance (Ho & Salimans, 2022), https://arxiv.org/abs/2207.12598
 */
import { type Conditions, doubledConditions } from '../denoise/conditions.ts'
import { type DenoiseContext, type Denoiser, emptyLike, type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'

/** How strongly to guide: by the paper's weight w, or by the scale s = w + 1 of other libraries. */
export type GuidanceStrength =
  | { readonly w: number; readonly scale?: undefined }
  | { readonly scale: number; readonly w?: undefined }

/** The strength of guidance, its interval, and its rescaling. */
export type GuidanceOptions = GuidanceStrength & GuidanceManner

/** The interval of guidance, and its rescaling. */
export interface GuidanceManner {
  /**
   * φ: how far the standard deviation of each item's guided mean is brought back to the conditional one's; default 0.
   * Common Diffusion Noise Schedules and Sample Steps are Flawed (Lin et al., 2024), https://arxiv.org/abs/2305.08891
   */
  readonly rescale?: number
  /**
   * The times between which to guide; default all, [0, 1]. Applying Guidance in a Limited Interval Improves Sample and
   * Distribution Quality (Kynkäänniemi et al., 2024), https://arxiv.org/abs/2404.07724
   */
  readonly interval?: readonly [number, number]
}

/** What the second half of a doubled batch is. */
export interface Doubling {
  /** N: the items of a whole batch. The denoiser then always gets 2 N items; a smaller batch is filled up. */
  readonly batch?: number
  /**
   * The conditions of the second half, for one item, by name: what stands for "nothing", or what the
   * samples should not be. Conditions that are not named here are the same in both halves.
   */
  readonly nothing?: Conditions | undefined
}

/** Guidance with one evaluation of twice the batch a step. */
export type BatchedGuidanceOptions = GuidanceOptions &
  Doubling & {
    /** The same denoiser for batches of N: it takes the steps outside the interval, which then cost half as much. */
    readonly plain?: Denoiser | undefined
  }

/**
 * Guides a conditional denoiser: it evaluates every item twice in one batch, whose first half has the conditions of the
 * call and whose second half has none, or negative ones: what the samples should not be.
 *
 * @param denoiser for batches `[2 N, ...shape]`; if it takes no conditions, its items N … 2 N − 1 must be unconditional
 * @example
 * const guided = classifierFree(denoiser, { w: 2, nothing: { labels: Int32Array.of(10) } }) // the same as { scale: 3, … }
 * const x = await sampleFinal(guided, { sampler: ddim(), times, batch: 2, conditions: { labels: Int32Array.of(3, 7) } })
 */
export function classifierFree(denoiser: Denoiser, options: BatchedGuidanceOptions): Denoiser {
  const combine = combiner(denoiser, options)
  const size = sizeOf(denoiser.shape)
  const { batch, nothing = {}, plain } = options
  return Object.freeze({
    schedule: denoiser.schedule,
    shape: denoiser.shape,
    async denoise(x: FloatArray, t: number, context: DenoiseContext = {}): Promise<FloatArray> {
      if (plain && !combine.at(t)) return plain.denoise(x, t, context)
      const items = x.length / size
      const half = batch ?? items
      if (items > half) throw new TweedieError('shape', `${items} items for guidance of ${half}`)
      const twice = emptyLike(x, 2 * half * size)
      twice.set(x, 0)
      twice.set(x, half * size)
      const { conditions } = context
      const both = conditions && { conditions: doubledConditions(conditions, nothing, items, half) }
      const means = await denoiser.denoise(twice, t, { ...context, ...both })
      const away = means.subarray(half * size, half * size + x.length)
      return combine.means(means.subarray(0, x.length), away, t, emptyLike(x))
    },
  })
}

/**
 * Guides one denoiser away from another: an unconditional one, one with a negative condition, or a worse version of the
 * model itself (autoguidance). Two evaluations a step, one outside the interval.
 *
 * Guiding a Diffusion Model with a Bad Version of Itself (Karras et al., 2024), https://arxiv.org/abs/2406.02507
 */
export function guidedAway(positive: Denoiser, negative: Denoiser, options: GuidanceOptions): Denoiser {
  const combine = combiner(positive, options)
  return Object.freeze({
    schedule: positive.schedule,
    shape: positive.shape,
    async denoise(x: FloatArray, t: number, context?: DenoiseContext): Promise<FloatArray> {
      if (!combine.at(t)) return positive.denoise(x, t, context)
      const conditional = (await positive.denoise(x, t, context)).slice()
      const unconditional = await negative.denoise(x, t, context)
      return combine.means(conditional, unconditional, t, conditional)
    },
  })
}

/** The scale s = w + 1 of a strength. */
export function guidanceScale({ w, scale }: GuidanceStrength): number {
  const s = w === undefined ? scale : w + 1
  if (typeof s === 'number' && s >= 0 && Number.isFinite(s)) return s
  throw new TweedieError(
    'usage',
    w === undefined
      ? `guidance scale ${scale}: a number of 0 or more`
      : `guidance w = ${w}: −1 (no class) or more, 0 leaves the model unchanged`,
  )
}

/** D_∅ + s (D_c − D_∅) = (w + 1) D_c − w D_∅, rescaled, within the interval; D_c outside it. */
export function combiner(
  { shape }: Denoiser,
  { rescale = 0, interval: [from, to] = [0, 1], ...strength }: GuidanceOptions,
) {
  const scale = guidanceScale(strength as GuidanceStrength)
  if (!(rescale >= 0 && rescale <= 1)) throw new TweedieError('usage', `guidance rescale ${rescale}: it lies in [0, 1]`)
  if (!(from >= 0 && from <= to && to <= 1)) {
    throw new TweedieError(
      'usage',
      `guidance between the times ${from} and ${to}: two times in [0, 1], the earlier first`,
    )
  }
  const size = sizeOf(shape)
  /** Whether anything is done at a time. */
  const at = (t: number): boolean => t >= from && t <= to && scale !== 1
  const means = (conditional: FloatArray, unconditional: FloatArray, t: number, out: FloatArray): FloatArray => {
    if (!at(t)) {
      out.set(conditional)
      return out
    }
    for (let first = 0; first < out.length; first += size) {
      const before = rescale > 0 ? deviation(conditional.subarray(first, first + size)) : 0
      for (let i = first; i < first + size; i++) {
        out[i] = unconditional[i]! + scale * (conditional[i]! - unconditional[i]!)
      }
      if (rescale === 0) continue
      const item = out.subarray(first, first + size)
      const factor = rescale * (before / deviation(item)) + 1 - rescale
      for (let i = 0; i < size; i++) item[i]! *= factor
    }
    return out
  }
  return { at, means }
}

/** The standard deviation of an item's elements. */
function deviation(item: FloatArray): number {
  let [sum, square] = [0, 0]
  for (let i = 0; i < item.length; i++) {
    sum += item[i]!
    square += item[i]! ** 2
  }
  return Math.sqrt(Math.max(0, square / item.length - (sum / item.length) ** 2))
}
