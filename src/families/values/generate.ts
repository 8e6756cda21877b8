/** Samples from a model: noise in, items of the data set's shape out, in batches, the same whatever their size. */
import { fromNetwork } from '../../files/data/frame.ts'
import { itemSize } from '../../files/data/dataset.ts'
import { clipped } from '../../diffusion/denoise/clip.ts'
import type { Denoiser } from '../../diffusion/denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import type { ConvolutionRanges } from '../../engine/onnx/int8-convolution.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { dpmSolver } from '../../diffusion/sample/dpm-solver.ts'
import { sample } from '../../diffusion/sample/sample.ts'
import type { Sampler, SampleStep } from '../../diffusion/sample/sampler.ts'
import type { Arithmetic } from '../../compiled/arithmetic.ts'
import { calibrate } from '../../compiled/calibrate.ts'
import { guidedModel, type ModelGuidance } from './guided.ts'
import type { Model } from './model.ts'
import { timesOf } from '../../diffusion/sample/default-times.ts'

/** How to sample. */
export interface GenerateOptions extends Pick<SessionOptions, 'device' | 'threads' | 'profile'> {
  /** How many items. */
  readonly count: number
  /** Item i depends on (seed, i) and its class only; default 0. */
  readonly seed?: number | bigint | string | undefined
  /** Default DPM-Solver++(2M). */
  readonly sampler?: Sampler | undefined
  /** Falling times; default 20 steps of {@link timesOf}. */
  readonly times?: readonly number[] | undefined
  /** The class of each item; default: all classes in turn. */
  readonly labels?: ArrayLike<number> | undefined
  /** Items computed at a time; default 64, or as many as there are. */
  readonly batch?: number | undefined
  /**
   * Of the convolutions: `float32` (default); `int8`, after a calibration that takes as long as 16 items in 20 steps; or `int8`
   * by the ranges of an earlier {@link calibrate}. A weaker model that guides stays with float32.
   */
  readonly arithmetic?: Arithmetic | ConvolutionRanges | undefined
  /**
   * Guidance: the w of (w + 1) ε_c − w ε, or all that {@link ModelGuidance} has. 0 (default) is none; the scale of other
   * libraries is w + 1.
   */
  readonly guidance?: number | ModelGuidance | undefined
  /** Whether the denoised mean is clipped to [−1, 1] on the way; default: unless the data are points. */
  readonly clip?: boolean | undefined
  /** Changes the denoiser before it is used: guidance, a projection. */
  readonly wrap?: ((denoiser: Denoiser) => Denoiser) | undefined
  readonly signal?: AbortSignal | undefined
  /** Called after each step of each batch. */
  readonly onStep?: ((progress: GenerateProgress) => void) | undefined
}

/** How far sampling is. */
export interface GenerateProgress {
  /** Item steps done, and in all. */
  readonly done: number
  readonly total: number
  /** The number of the batch's first item. */
  readonly firstItem: number
  readonly step: SampleStep
  /** A state or mean of this step as items: `[batch, ...item]`. */
  readonly toItems: (x: ArrayLike<number>) => Float32Array
}

/** What was drawn. */
export interface Generated {
  /** `[count, ...shape]`, as the network sees data: [−1, 1] for images. */
  readonly items: Float32Array
  /** `[count, ...item]`. */
  readonly shape: readonly number[]
  /** The class of each, for a conditional model. */
  readonly labels: Int32Array | undefined
}

/** Steps where nothing is said. */
export const defaultSteps = 20

/**
 * Draws samples.
 *
 * @throws TweedieError `usage` for a count or class that makes no sense, `diverged` for samples that are not finite
 * @example
 * const { items, shape } = await generate(model, engine, { count: 16, seed: 1 })
 * await writeImage('samples.png', toGrid(items, shape))
 */
export async function generate(model: Model, engine: Engine, options: GenerateOptions): Promise<Generated> {
  const { count, seed = 0, signal, onStep, device, threads, profile, wrap = (denoiser) => denoiser } = options
  const guidance = typeof options.guidance === 'number' ? { w: options.guidance } : (options.guidance ?? {})
  requireCount('the number of samples', count)
  const { frame, network, schedule } = model
  const { sampler = dpmSolver(), times = timesOf(schedule, defaultSteps) } = options
  const batch = Math.min(count, options.batch ?? 64)
  requireCount('the batch size', batch)
  const conditional = network.classes > 0 || guidance.classifier !== undefined
  const labels = conditional ? labelsOf(model, count, options.labels, guidance) : undefined
  if (!labels && options.labels)
    throw new TweedieError('usage', 'the model is unconditional: it has no classes to choose from')

  const session = { ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) }
  const { arithmetic = 'float32' } = options
  const ranges =
    arithmetic === 'int8'
      ? await calibrate(model, engine, { ...session, signal })
      : arithmetic === 'float32'
        ? undefined
        : arithmetic
  using guided = await guidedModel(model, engine, guidance, {
    batch,
    ranges,
    ...session,
    ...(profile !== undefined && { profile }),
  })
  const wrapped = wrap(guided.denoiser)
  const final = (options.clip ?? model.scale.kind !== 'points') ? clipped(wrapped) : wrapped
  const size = itemSize(frame.item)
  const toItems = (x: ArrayLike<number>): Float32Array =>
    fromNetwork(frame, Float32Array.from(x), new Float32Array((x.length / itemSize(frame.network)) * size))

  const items = new Float32Array(count * size)
  const steps = times.length - 1
  for (let first = 0; first < count; first += batch) {
    const now = Math.min(batch, count - first)
    if (labels) guided.setLabels(labels.subarray(first, first + now))
    const problem = { sampler, times, batch: now, seed, firstItem: first, ...(signal && { signal }) }
    for await (const step of sample(final, problem)) {
      const done = first * steps + now * Math.min(step.index + 1, steps)
      onStep?.({ done, total: count * steps, firstItem: first, step, toItems })
      if (step.index === step.total - 1) items.set(toItems(step.x), first * size)
    }
  }
  return { items, shape: [count, ...frame.item], labels }
}

/** The classes of all items: as given, or all in turn. */
function labelsOf(
  model: Model,
  count: number,
  given: ArrayLike<number> | undefined,
  { classifier }: ModelGuidance,
): Int32Array {
  if (given && given.length !== count) {
    throw new TweedieError('usage', `${given.length} classes for ${count} samples: there must be one for each`)
  }
  const classes = model.classNames.length || model.network.classes || classifier!.classNames.length
  return Int32Array.from({ length: count }, (_, i) => given?.[i] ?? i % classes)
}

function requireCount(what: string, value: number): void {
  if (!(Number.isInteger(value) && value > 0)) {
    throw new TweedieError('usage', `${what} is ${value}: must be a positive whole number`)
  }
}
