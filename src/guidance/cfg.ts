/**
 * Classifier-free guidance: a conditional denoiser, pushed away from the unconditional one. It takes denoisers and gives back
 * a denoiser, so it works with every sampler and every parametrisation.
 *
 * On the posterior mean it reads D = D_∅ + scale · (D_c − D_∅): scale 0 is unconditional, 1 conditional, more is guidance.
 * Because ε, v and the score are linear in the mean, guiding them is the same thing. The paper's w is scale − 1,
 * ε = (1 + w) ε_c − w ε_∅.
 *
 * - Classifier-Free Diffusion Guidance (Ho & Salimans, 2022), https://arxiv.org/abs/2207.12598
 */
import { type DenoiseContext, type Denoiser, emptyLike, type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../errors.ts'

/** How strongly, when, and how gently to guide. */
export interface GuidanceOptions {
  /** 1 is no guidance; diffusers' `guidance_scale`. */
  readonly scale: number
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

/** Guidance with one evaluation of twice the batch a step. */
export interface BatchedGuidanceOptions extends GuidanceOptions {
  /** N: the items of a whole batch. The denoiser is always given 2 N of them; a smaller batch is filled up with zeros. */
  readonly batch?: number
}

/**
 * Guides a denoiser that is conditional by item: it is shown every item twice, in one batch of which the first half has
 * the conditions and the second half has none.
 *
 * @param denoiser for batches `[2 N, ...shape]`, whose items N … 2 N − 1 are unconditional
 */
export function classifierFree(denoiser: Denoiser, options: BatchedGuidanceOptions): Denoiser {
  const combine = combiner(denoiser, options)
  const size = sizeOf(denoiser.shape)
  let [twice, out]: [FloatArray, FloatArray] = [new Float32Array(0), new Float32Array(0)]
  return Object.freeze({
    schedule: denoiser.schedule,
    shape: denoiser.shape,
    async denoise(x: FloatArray, t: number, context?: DenoiseContext): Promise<FloatArray> {
      const half = options.batch === undefined ? x.length : options.batch * size
      if (x.length > half) throw new TweedieError('shape', `${x.length / size} items for guidance of ${options.batch}`)
      if (twice.length !== 2 * half || twice.constructor !== x.constructor) twice = emptyLike(x, 2 * half)
      if (out.length !== x.length || out.constructor !== x.constructor) out = emptyLike(x)
      twice.fill(0)
      twice.set(x, 0)
      twice.set(x, half)
      const means = await denoiser.denoise(twice, t, context)
      return combine(means.subarray(0, x.length), means.subarray(half, half + x.length), t, out)
    },
  })
}

/**
 * Guides one denoiser away from another: an unconditional one, one with a negative condition, or a worse version of the
 * model itself (autoguidance). Two evaluations a step.
 *
 * Guiding a Diffusion Model with a Bad Version of Itself (Karras et al., 2024), https://arxiv.org/abs/2406.02507
 */
export function guidedAway(positive: Denoiser, negative: Denoiser, options: GuidanceOptions): Denoiser {
  const combine = combiner(positive, options)
  return Object.freeze({
    schedule: positive.schedule,
    shape: positive.shape,
    async denoise(x: FloatArray, t: number, context?: DenoiseContext): Promise<FloatArray> {
      const conditional = (await positive.denoise(x, t, context)).slice()
      const unconditional = await negative.denoise(x, t, context)
      return combine(conditional, unconditional, t, conditional)
    },
  })
}

/** D_∅ + scale · (D_c − D_∅), rescaled, within the interval; D_c outside it. */
function combiner({ shape }: Denoiser, { scale, rescale = 0, interval: [from, to] = [0, 1] }: GuidanceOptions) {
  if (!(Number.isFinite(scale) && scale >= 0))
    throw new TweedieError('usage', `guidance scale ${scale}: a number of 0 or more`)
  if (!(rescale >= 0 && rescale <= 1)) throw new TweedieError('usage', `guidance rescale ${rescale}: it lies in [0, 1]`)
  const size = sizeOf(shape)
  return (conditional: FloatArray, unconditional: FloatArray, t: number, out: FloatArray): FloatArray => {
    if (t < from || t > to || scale === 1) {
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
