/** Restoration: items that agree with a measurement, drawn from a model. */
import { itemSize } from '../../files/data/dataset.ts'
import { fromNetwork } from '../../files/data/frame.ts'
import type { DifferentiableDenoiser } from '../../diffusion/guidance/differentiable.ts'
import { guidedWithDerivative } from '../../diffusion/guidance/differentiable-guidance.ts'
import { conditioned } from '../../diffusion/denoise/conditions.ts'
import { TweedieError } from '../../errors.ts'
import { once } from '../../once.ts'
import { type PosteriorMethodName, posteriorMethods, type PosteriorSettings } from '../../diffusion/guidance/methods.ts'
import { type Observation, observation, requireNoise } from '../../diffusion/measure/observation.ts'
import { type Schedule, timeOfNoiseLevel } from '../../diffusion/noise/schedule.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { sample } from '../../diffusion/sample/sample.ts'
import type { Sampler, SampleStep } from '../../diffusion/sample/sampler.ts'
import { karrasTimes, uniformTimes } from '../../diffusion/sample/times.ts'
import type { Kept } from '../../compiled/kept.ts'
import { rowsOf, type Shards } from '../../tools/shards/shards.ts'
import { throughFrame } from './measured-frame.ts'
import { requirePosterior } from './jumps.ts'
import type { Model } from './model.ts'
import { ofRun } from './self-conditioned/recalls.ts'
import { clippedAs } from '../../compiled/sampling.ts'
import { workOn } from '../warm.ts'
import type { Texts } from '../words/told.ts'
import { askedConditions } from './asked-conditions.ts'
import { type CompiledParts, compiledParts } from './compiled-parts.ts'
import { type Composed, composedDenoiser, longFrame } from './frames/composed.ts'
import { awayFrom, guidedDenoiser, type ModelGuidance, requireGuidable } from './guided.ts'

/** How to restore. */
export interface RestoreOptions extends Pick<SessionOptions, 'device' | 'threads'>, Texts {
  /** Receives what prompts lose: words that are not known, and what is cut. */
  readonly onRemark?: ((text: string) => void) | undefined
  /** How many items. */
  readonly count: number
  /** Default {@link defaultMethod}. */
  readonly method?: PosteriorMethodName | undefined
  readonly settings?: PosteriorSettings | undefined
  /** Steps; default {@link defaultRestoreSteps}. */
  readonly steps?: number | undefined
  /** Falling times instead of steps. */
  readonly times?: readonly number[] | undefined
  /** Another sampler than the method's own, for methods that are denoisers. */
  readonly sampler?: Sampler | undefined
  /** The class of each item, for a conditional model; default none, if the model has "no class". */
  readonly labels?: ArrayLike<number> | undefined
  /** Pictures whose style is asked for, `[C, H, W]` in [−1, 1] each, in turn; default none. */
  readonly styles?: readonly Float32Array[] | undefined
  /** Guidance towards class and words: w, or more; default 0. */
  readonly guidance?: number | ModelGuidance | undefined
  readonly seed?: number | bigint | string | undefined
  /** Items at a time; default 16, or as many as there are. */
  readonly batch?: number | undefined
  /** Whether the mean is clipped; default: as the model's folder says, and points never. dps is never clipped. */
  readonly clip?: boolean | undefined
  /** Items longer than in training, by windows that are put together. */
  readonly composed?: Composed | undefined
  /** Graphs compiled before; by default everything is compiled for this call alone. */
  readonly kept?: Kept | undefined
  /** The batches that are computed here, where several processes share the work. */
  readonly shards?: Shards | undefined
  readonly signal?: AbortSignal | undefined
  readonly onStep?: ((done: number, total: number, step: SampleStep) => void) | undefined
}

/** The answers. */
export interface Restored {
  /** `[count, ...item]`, in [−1, 1] for images. */
  readonly items: Float32Array
  readonly shape: readonly number[]
}

/** The method where none is chosen: the most exact. */
export const defaultMethod: PosteriorMethodName = 'mmps'
/** Items at a time, unless told otherwise. */
export const usualRestoreBatch = 16
/** The default number of steps by method: methods without derivatives have cheaper steps. */
export const defaultRestoreSteps: Readonly<Record<PosteriorMethodName, number>> = Object.freeze({
  mmps: 50,
  pigdm: 100,
  sda: 250,
  dps: 200,
  ddrm: 100,
  repaint: 30,
  diffpir: 100,
})

/**
 * DPS: ζ times the number of steps, if ζ is not set (it is 4 at most: longer steps add noise). The paper's ζ is about 1
 * for 1000 steps of pictures of faces;
 * on digits, of 100, 200, 400 and 800 the third was best for sharpness and lower resolution, and for a hole as good as
 * the second.
 */
export const defaultDpsReach = 400

/**
 * Draws `count` items given a measurement: one measurement for all of them, or one for each.
 *
 * @param observed a measurement of items `[C, H, W]` as the model knows them, in [−1, 1] for images
 * @throws TweedieError `usage` or `shape` if model, method and measurement do not fit together
 * @example
 * const operator = averagePooling([1, 28, 28], 4)
 * const { items } = await restore(model, engine, observation(operator, pixels, 0.02), { count: 8, seed: 1 })
 */
export async function restore(
  model: Model,
  engine: Engine,
  observed: Observation,
  options: RestoreOptions,
): Promise<Restored> {
  const { count, method: name = defaultMethod, seed = 0, composed, signal, onStep, device, threads } = options
  const { schedule } = model
  const frame = composed ? longFrame(model, composed) : model.frame
  requirePosterior(model, 'restoring')
  const method = posteriorMethods[name]
  if (method.noise) requireNoise(name, observed)
  const m = itemSize(observed.operator.to)
  const measurements = observed.y.length / m
  if (measurements !== 1 && measurements !== count) {
    throw new TweedieError('shape', `${measurements} measurements for ${count} items: one, or as many`)
  }
  const operator = throughFrame(observed.operator, frame)
  const batch = Math.min(count, options.batch ?? usualRestoreBatch)
  for (const [what, value] of Object.entries({ count, batch })) {
    if (!(Number.isInteger(value) && value > 0))
      throw new TweedieError('usage', `${what} is ${value}: a positive whole number`)
  }
  const times = options.times ?? restoreTimes(schedule, options.steps ?? defaultRestoreSteps[name])
  const settings: { -readonly [K in keyof PosteriorSettings]: PosteriorSettings[K] } = { ...options.settings }
  if (name === 'dps') settings.zeta ??= Math.min(4, defaultDpsReach / (times.length - 1))
  const clip = name === 'dps' ? false : options.clip

  using work = workOn(options.kept, signal)
  const parts = compiledParts(model, engine, { device, threads }, work.compiled)
  const wanted = { ...options, guidance: options.guidance ?? 0 }
  const asked = await askedConditions(model, wanted, count, { ...parts, otherwise: 'nothing' })
  const { guidance, at } = asked
  const compiled = once(async () => {
    const ofWindows = method.derivative
      ? await differentiable(asked.model, guidance, batch, parts)
      : await guidedDenoiser(asked.model, guidance, batch, parts)
    return composed ? composedDenoiser(model, ofWindows, composed, batch) : ofWindows
  })
  const size = itemSize(frame.item)
  const items = new Float32Array(count * size)
  for (let first = 0; first < count; first += batch) {
    const now = Math.min(batch, count - first)
    const rows = await rowsOf(options.shards, { name: 'items', first, size: batch, count }, async () => {
      const own = await compiled()
      const conditional = conditioned(ofRun(model, own), at(first, now))
      const y = measurements === 1 ? observed.y : observed.y.slice(first * m, (first + now) * m)
      const prepared = method.prepare(conditional, observation(operator, y, observed.sigma), settings)
      const sampler = options.sampler ?? prepared.sampler
      const guided = clippedAs(model, prepared.denoiser, clip)
      const problem = { sampler, times, batch: now, seed, firstItem: first, ...(signal && { signal }) }
      let last: SampleStep | undefined
      for await (const step of sample(guided, problem)) {
        last = step
        onStep?.(first + (now * (step.index + 1)) / step.total, count, step)
      }
      return { items: fromNetwork(frame, Float32Array.from(last!.x), new Float32Array(now * size)) }
    })
    if (rows) items.set(rows.items, first * size)
  }
  return { items, shape: [count, ...frame.item] }
}

/** The derivative of a guided mean is the same sum as the mean: of both halves, or of all prompts that are joined. */
async function differentiable(
  model: Model,
  guidance: ModelGuidance,
  batch: number,
  parts: CompiledParts,
): Promise<DifferentiableDenoiser> {
  const { w = 0, away, negative, terms = 1 } = guidance
  const idle = (['weak', 'classifier', 'interval', 'rescale'] as const).find((name) => guidance[name] !== undefined)
  if (idle !== undefined) {
    throw new TweedieError('usage', `\`guidance\`: ${idle} is not for methods that need derivatives`, {
      hint: '`method: repaint`, `diffpir` or `ddrm`; or guidance by a number',
    })
  }
  const guides = w !== 0 || terms > 1
  if (guides) requireGuidable(model, negative, away)
  const plain = await parts.vjp(model, batch)
  return guides ? guidedWithDerivative(plain, { w, terms, nothing: awayFrom(model, negative, away) }) : plain
}

/**
 * The times of a restoration. They begin where the noise is eighty times the data: above, the network's mean tells
 * nothing about the measurement, while its errors count more and more. Equal steps of time, or Karras' levels for noise
 * that grows far.
 */
export function restoreTimes(schedule: Schedule, steps: number): number[] {
  const from = Math.min(1, timeOfNoiseLevel(schedule, 80))
  if (schedule.sigma(1) > 2) return karrasTimes(schedule, steps, { from, to: timeOfNoiseLevel(schedule, 0.002) })
  return uniformTimes(steps, { from })
}
