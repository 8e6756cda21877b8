/** Samples from a model: noise in, items of the data set's shape out, in batches, the same whatever their size. */
import { fromNetwork, toNetwork } from '../../files/data/frame.ts'
import type { PictureAttention } from '../../files/show/attention-picture.ts'
import { itemSize } from '../../files/data/dataset.ts'
import type { Conditions } from '../../diffusion/denoise/conditions.ts'
import type { Denoiser } from '../../diffusion/denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import type { ConvolutionRanges } from '../../engine/onnx/int8-convolution.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import type { ItemStream } from '../../diffusion/sample/noise-source.ts'
import { noiseBetween } from '../../diffusion/sample/noise-between.ts'
import { sample } from '../../diffusion/sample/sample.ts'
import type { Sampler, SampleStep } from '../../diffusion/sample/sampler.ts'
import type { Arithmetic } from '../../compiled/arithmetic.ts'
import { samplerOf } from '../../compiled/sampler-of.ts'
import { clippedAs } from '../../compiled/sampling.ts'
import { rowsOf, type Shards } from '../../tools/shards/shards.ts'
import { once } from '../../once.ts'
import type { Texts } from '../words/told.ts'
import { type Warm, warm, type WarmSession } from '../warm.ts'
import { askedConditions } from './asked-conditions.ts'
import { type CompiledParts, compiledParts } from './compiled-parts.ts'
import { type Composed, composedDenoiser, longFrame } from './frames/composed.ts'
import { guidedDenoiser, type ModelGuidance } from './guided.ts'
import type { Model } from './model.ts'
import { ofRun } from './self-conditioned/recalls.ts'

/** How to sample, with a session of its own. */
export type GenerateOptions = DrawOptions & WarmSession

/** How to sample. */
export interface DrawOptions extends Texts {
  /** Receives what prompts lose: words that are not known, and what is cut. */
  readonly onRemark?: ((text: string) => void) | undefined
  /** How many items. */
  readonly count: number
  /** Item i depends on (seed, i) and its class only; default 0. */
  readonly seed?: number | bigint | string | undefined
  /** The run and the number of each item, if several runs are drawn in one: item i is then what it is in its own run. */
  readonly streams?: readonly ItemStream[] | undefined
  /**
   * Another seed: items start from noise between that of the first item of `seed` and that of the first of this one, along the
   * sphere, in equal steps from one to the other. Noise on the way is the same for all.
   */
  readonly towards?: number | bigint | string | undefined
  /** Default what the model's folder says, else DPM-Solver++(2M). */
  readonly sampler?: Sampler | undefined
  /** Falling times; default what the model's folder says, else 20 steps of `timesOf`. */
  readonly times?: readonly number[] | undefined
  /** The class of each item; default: all classes in turn. */
  readonly labels?: ArrayLike<number> | undefined
  /** Pictures whose style is drawn in, `[C, H, W]` in [−1, 1] each, in turn; default: any style. */
  readonly styles?: readonly Float32Array[] | undefined
  /** Conditions other than the class, `[count, ...]` by name. */
  readonly conditions?: Conditions | undefined
  /** Items computed at a time; default 64, or as many as there are. */
  readonly batch?: number | undefined
  /**
   * Of the convolutions: `float32` (default); `int8`, after a calibration that takes as long as 16 items in 20 steps; or `int8`
   * by the ranges of an earlier `calibrate`. A weaker model that guides stays with float32.
   */
  readonly arithmetic?: Arithmetic | ConvolutionRanges | undefined
  /**
   * Guidance: the w of (w + 1) ε_c − w ε, or a {@link ModelGuidance}. 0 (default) is none; the scale of other
   * libraries is w + 1. Left out: what the model's folder says.
   */
  readonly guidance?: number | ModelGuidance | undefined
  /** Whether the denoised mean is clipped to the data's range on the way; default: as the model's folder says, and points never. */
  readonly clip?: boolean | undefined
  /** Whether it is told where the network looked at which word of the prompts; default not. */
  readonly attention?: boolean | undefined
  /** Items longer than in training, by windows that are put together. */
  readonly composed?: Composed | undefined
  /** Changes the denoiser before it is used: guidance, a projection. */
  readonly wrap?: ((denoiser: Denoiser) => Denoiser) | undefined
  /** The batches that are drawn here, where several processes draw. */
  readonly shards?: Shards | undefined
  readonly signal?: AbortSignal | undefined
  /** Called after each step of each batch. */
  readonly onStep?: ((progress: GenerateProgress) => void) | undefined
}

/** The progress of sampling. */
export interface GenerateProgress {
  /** Item steps done, and their total. */
  readonly done: number
  readonly total: number
  /** The number of the batch's first item. */
  readonly firstItem: number
  readonly step: SampleStep
  /** A state or mean of this step as items: `[batch, ...item]`. */
  readonly toItems: (x: ArrayLike<number>) => Float32Array
}

/** The samples. */
export interface Generated {
  /** `[count, ...shape]`, as the network sees data: [−1, 1] for images. */
  readonly items: Float32Array
  /** `[count, ...item]`. */
  readonly shape: readonly number[]
  /** The class of each, for a conditional model. */
  readonly labels: Int32Array | undefined
  /** Where the network looked at each word, for each item, if that was asked for. */
  readonly attention?: readonly PictureAttention[] | undefined
}

/** A model that is ready to draw: its draws are those of {@link generate}, bit for bit. */
export type WarmGenerator = Warm<DrawOptions, Generated>

/**
 * Draws samples, once.
 *
 * @throws TweedieError `usage` for a count or class that makes no sense, `diverged` for samples that are not finite
 * @example
 * const { items, shape } = await generate(model, engine, { count: 16, seed: 1 })
 * await writeImage('samples.png', toGrid(items, shape))
 */
export async function generate(
  model: Model,
  engine: Engine,
  { device, threads, profile, ...options }: GenerateOptions,
): Promise<Generated> {
  using generator = warmGenerator(model, engine, { device, threads, profile })
  return await generator.draw(options)
}

/**
 * Opens a model to draw from it again and again. Nothing is compiled before the first draw.
 *
 * @example
 * using generator = warmGenerator(model, engine)
 * for (const seed of [1, 2, 3]) show(await generator.draw({ count: 4, seed }))
 */
export function warmGenerator(model: Model, engine: Engine, session: WarmSession = {}): WarmGenerator {
  return warm((drawn, compiled) => draw(model, drawn, compiledParts(model, engine, session, compiled)))
}

async function draw(model: Model, options: DrawOptions, parts: CompiledParts): Promise<Generated> {
  const { count, seed = 0, towards, signal, onStep, arithmetic = 'float32', wrap = (denoiser) => denoiser } = options
  requireCount('the number of samples', count)
  const { sampling } = model
  const { composed } = options
  const frame = composed ? longFrame(model, composed) : model.frame
  const { sampler = samplerOf(sampling), times = sampling.times(sampling.steps) } = options
  const batch = Math.min(count, options.batch ?? 64)
  requireCount('the batch size', batch)
  const looking = options.attention ? await import('../words/attention.ts') : undefined
  looking?.requireLooking(model, options)
  const asked = await askedConditions(model, options, count, { ...parts, otherwise: 'in turn' })
  const { guidance, labels, at } = asked

  const compiled = once(async () => {
    const ranges = arithmetic === 'int8' ? await parts.ranges() : arithmetic === 'float32' ? undefined : arithmetic
    const guided = await guidedDenoiser(asked.model, guidance, batch, {
      ...parts,
      denoiser: (each, size) => parts.denoiser(each, size, each === asked.model ? ranges : undefined),
    })
    return wrap(guided)
  })
  /** For one run: it may be told what it estimated before. */
  const denoiserOfRun = async (): Promise<Denoiser> => {
    const guided = await compiled()
    if (!composed) return clippedAs(model, ofRun(model, guided), options.clip)
    return ofRun(model, composedDenoiser(model, clippedAs(model, guided, options.clip), composed, batch))
  }
  const size = itemSize(frame.item)
  const toItems = (x: ArrayLike<number>): Float32Array =>
    fromNetwork(frame, Float32Array.from(x), new Float32Array((x.length / itemSize(frame.network)) * size))

  const networkItems = (n: number): Float32Array => new Float32Array(n * itemSize(frame.network))

  const items = new Float32Array(count * size)
  const attention: PictureAttention[] = []
  const steps = times.length - 1
  for (let first = 0; first < count; first += batch) {
    const now = Math.min(batch, count - first)
    const problem = {
      sampler,
      times,
      batch: now,
      seed,
      firstItem: first,
      ...(options.streams && { streams: options.streams.slice(first, first + now) }),
      ...(towards !== undefined && { noise: noiseBetween([seed, towards], itemSize(frame.network), first, count) }),
      conditions: at(first, now),
      ...(signal && { signal }),
    }
    const drawn = await rowsOf(options.shards, { name: 'items', first, size: batch, count }, async () => {
      let last: Float32Array = new Float32Array()
      for await (const step of sample(await denoiserOfRun(), problem)) {
        const done = first * steps + now * Math.min(step.index + 1, steps)
        onStep?.({ done, total: count * steps, firstItem: first, step, toItems })
        if (step.index === step.total - 1) last = toItems(step.x)
      }
      return { items: last }
    })
    if (drawn) items.set(drawn.items, first * size)
    if (looking) {
      const x = toNetwork(frame, items.subarray(first * size, (first + now) * size), networkItems(now))
      const looked = { ...options, x, firstItem: first, conditions: problem.conditions, seed }
      attention.push(...(await looking.attentionOf(asked.model, await parts.attention(asked.model, batch), looked)))
    }
  }
  return { items, shape: [count, ...frame.item], labels, ...(looking && { attention }) }
}

function requireCount(what: string, value: number): void {
  if (!(Number.isInteger(value) && value > 0)) {
    throw new TweedieError('usage', `${what} is ${value}: must be a positive whole number`)
  }
}
