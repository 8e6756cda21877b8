/** Image to image: items changed by a strength, and interpolations between two items. */
import { itemSize } from '../../files/data/dataset.ts'
import { fromNetwork, toNetwork } from '../../files/data/frame.ts'
import type { Denoiser } from '../../diffusion/denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { once } from '../../once.ts'
import { timeOfNoiseLevel } from '../../diffusion/noise/schedule.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { ddim } from '../../diffusion/sample/ddim.ts'
import { slerp } from '../../diffusion/sample/interpolate.ts'
import { randomNoise } from '../../diffusion/sample/noise-source.ts'
import { sample } from '../../diffusion/sample/sample.ts'
import type { Sampler } from '../../diffusion/sample/sampler.ts'
import { uniformTimes } from '../../diffusion/sample/times.ts'
import { workOn } from '../warm.ts'
import type { Texts } from '../words/told.ts'
import { askedConditions } from './asked-conditions.ts'
import { compiledParts } from './compiled-parts.ts'
import { guidedDenoiser, type ModelGuidance } from './guided.ts'
import type { Kept } from '../../compiled/kept.ts'
import { rowsOf, type Shards } from '../../tools/shards/shards.ts'
import { clippedAs } from '../../compiled/sampling.ts'
import { jumpsFrom, requirePosterior } from './jumps.ts'
import type { Model } from './model.ts'
import { ofRun } from './self-conditioned/recalls.ts'

/** Options that all edits share. */
export interface WalkOptions extends Pick<SessionOptions, 'device' | 'threads'>, Texts {
  /** Receives what prompts lose: words that are not known, and what is cut. */
  readonly onRemark?: ((text: string) => void) | undefined
  /** Denoising steps from the strength down, and as many encoding steps for `invert`; default 30. */
  readonly steps?: number | undefined
  /** The target class of each item, for a conditional model; default none, if the model has "no class". */
  readonly labels?: ArrayLike<number> | undefined
  /** Pictures whose style is asked for, `[C, H, W]` in [−1, 1] each, in turn; default none. */
  readonly styles?: readonly Float32Array[] | undefined
  /** Guidance towards these classes: w, or more. */
  readonly guidance?: number | ModelGuidance | undefined
  /** Whether the mean is clipped; default: as the model's folder says, and points never. Never while encoding. */
  readonly clip?: boolean | undefined
  /** Items at a time; default 64, or as many as there are. */
  readonly batch?: number | undefined
  /** The batches that are computed here, where several processes share the work. */
  readonly shards?: Shards | undefined
  /** Graphs compiled before; by default everything is compiled for this call alone. */
  readonly kept?: Kept | undefined
  readonly signal?: AbortSignal | undefined
  /** Called after each step, with items. */
  readonly onStep?: ((done: number, total: number) => void) | undefined
}

/** How to edit. */
export interface EditOptions extends WalkOptions {
  /** The time up to which noise is added, in (0, 1]: little changes at 0.2, nearly everything at 0.8. */
  readonly strength: number
  /**
   * - `sdedit` (default): adds random noise and denoises. SDEdit: Guided Image Synthesis and Editing with Stochastic
   * Differential
   *   Equations (Meng et al., 2022), https://arxiv.org/abs/2108.01073
   * - `invert`: encodes by DDIM under the item's own class and decodes under the target class; nothing is random, and
   * features that do not depend on the class stay. DDIM (Song et al., 2021), section 5.4,
   * https://arxiv.org/abs/2010.02502
   */
  readonly method?: 'sdedit' | 'invert' | undefined
  /** `invert`: the class that each item has; default the target class. */
  readonly sourceLabels?: ArrayLike<number> | undefined
  /** `invert`: what each item shows, in words; default what it shall show. */
  readonly sourcePrompts?: readonly string[] | undefined
  /** Default the folder's own where its scheduler is to be used, else DDIM with η = 1 for `sdedit`. */
  readonly sampler?: Sampler | undefined
  /** Item i depends on (seed, i). */
  readonly seed?: number | bigint | string | undefined
}

/**
 * Edits items.
 *
 * @param items `[count, ...item]`, as the network's data: [−1, 1] for images
 * @returns as many, in the same values
 * @throws TweedieError `usage` for a strength that makes no sense, or unknown classes
 */
export async function edit(
  model: Model,
  engine: Engine,
  items: Float32Array,
  options: EditOptions,
): Promise<Float32Array> {
  const { strength, method = 'sdedit', seed = 0, steps = defaultEditSteps } = options
  if (!(strength > 0 && strength <= 1)) throw new TweedieError('usage', `strength ${strength}: it lies in (0, 1]`)
  const x = framed(model, items)
  if (method === 'sdedit' && model.sampling.jumps) return jumped(model, engine, x, strength, options)
  if (method === 'sdedit' && model.sampling.scheduled && options.sampler === undefined) {
    const times = scheduledTimes(model.sampling, strength, options.steps)
    addNoise(model, x, times[0]!, seed)
    return walk(model, engine, x, times, { ...options, sampler: model.sampling.scheduled, remembers: true })
  }
  if (method === 'sdedit') {
    addNoise(model, x, strength, seed)
    return walk(model, engine, x, uniformTimes(steps, { from: strength }), {
      sampler: ddim({ eta: 1 }),
      ...options,
      remembers: true,
    })
  }
  const times = ddimTimes(model, steps, strength)
  const half = halves(options)
  const latent = await encode(model, engine, x, times, {
    ...half(0),
    labels: options.sourceLabels ?? options.labels,
    prompts: options.sourcePrompts ?? options.prompts,
    // the style is what changes
    styles: undefined,
  })
  return walk(model, engine, latent, times, { ...half(1), sampler: ddim() })
}

/**
 * The last of the scheduler's times, from about the strength down.
 *
 * @param steps that are made; default those of the folder, times the strength
 */
function scheduledTimes(sampling: Model['sampling'], strength: number, steps?: number): readonly number[] {
  const whole = steps === undefined ? sampling.steps : Math.max(steps, Math.round(steps / strength))
  const times = sampling.times(whole)
  return times.slice(-1 - Math.max(1, Math.min(times.length - 1, steps ?? Math.round(whole * strength))))
}

/** SDEdit by a model that jumps: noise up to the strength, and its own jumps from there. */
async function jumped(
  model: Model,
  engine: Engine,
  x: Float32Array,
  strength: number,
  options: EditOptions,
): Promise<Float32Array> {
  const name = (['steps', 'sampler'] as const).find((each) => options[each] !== undefined)
  if (name !== undefined) requirePosterior(model, `\`${name}\``)
  const { sampler, times } = jumpsFrom(model, strength)
  addNoise(model, x, times[0]!, options.seed ?? 0)
  return walk(model, engine, x, times, { ...options, sampler })
}

/** Replaces items, as the network sees them, by x_t. */
function addNoise({ schedule, frame }: Model, x: Float32Array, t: number, seed: number | bigint | string): void {
  const z = new Float32Array(x.length)
  randomNoise(itemSize(frame.network), { seed })(z, -1, 0)
  const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
  x.forEach((value, i) => (x[i] = alpha * value + sigma * z[i]!))
}

/** How to interpolate. */
export interface InterpolateOptions extends WalkOptions {
  /** How many items; the first and last are reconstructions of the two inputs; default 9. */
  readonly count?: number | undefined
  /** The time at which the two are mixed; default 1, or the last one with signal. */
  readonly strength?: number | undefined
}

/**
 * Interpolates between two items: both are encoded by DDIM, their latents interpolated along the sphere, and decoded.
 *
 * @param a, b one item each
 * @returns `[count, ...item]`
 */
export async function interpolate(
  model: Model,
  engine: Engine,
  [a, b]: readonly [Float32Array, Float32Array],
  options: InterpolateOptions = {},
): Promise<Float32Array> {
  const { count = 9, strength = 1, steps = defaultEditSteps, labels } = options
  if (!(Number.isInteger(count) && count > 1)) throw new TweedieError('usage', `${count} items between two: 2 or more`)
  if (!(strength > 0 && strength <= 1)) throw new TweedieError('usage', `strength ${strength}: it lies in (0, 1]`)
  const size = itemSize(model.frame.network)
  const both = new Float32Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  const times = ddimTimes(model, steps, strength)
  const half = halves(options)
  // two codes: every process that shares the work finds both
  const latents = await encode(model, engine, framed(model, both), times, {
    ...half(0),
    shards: undefined,
    labels: labels && [labels[0]!, labels[labels.length - 1]!],
  })
  const between = new Float32Array(count * size)
  for (let i = 0; i < count; i++) {
    between.set(slerp(latents.slice(0, size), latents.slice(size), i / (count - 1)), i * size)
  }
  return walk(model, engine, between, times, { ...half(1), sampler: ddim() })
}

const defaultEditSteps = 30
/** Items at a time, unless told otherwise. */
const usualBatch = 64

/** Encodes to a latent, without guidance. */
async function encode(
  model: Model,
  engine: Engine,
  x: Float32Array,
  times: readonly number[],
  options: WalkOptions,
): Promise<Float32Array> {
  requirePosterior(model, 'encoding')
  const { guidance: _, ...rest } = options
  const out = new Float32Array(x.length)
  await walk(model, engine, x, [...times].reverse(), { ...rest, sampler: ddim(), clip: false, raw: out })
  return out
}

/** Runs a sampler from a state to items, batch after batch; `raw` receives the last state as the network has it. */
async function walk(
  model: Model,
  engine: Engine,
  x: Float32Array,
  times: readonly number[],
  options: WalkOptions & {
    readonly sampler?: Sampler | undefined
    readonly seed?: number | bigint | string | undefined
    readonly raw?: Float32Array
    /** Whether a model that can be told its last estimate is; default not, since there and back again must be one function of x and t. */
    readonly remembers?: boolean
  },
): Promise<Float32Array> {
  const { sampler = ddim(), seed = 0, signal, onStep, device, threads, kept, raw } = options
  const { frame } = model
  const [size, item] = [itemSize(frame.network), itemSize(frame.item)]
  const count = x.length / size
  const batch = Math.min(count, options.batch ?? usualBatch)
  if (!(Number.isInteger(batch) && batch > 0)) {
    throw new TweedieError('usage', `batch is ${batch}: a positive whole number`)
  }
  using work = workOn(kept, signal)
  const parts = compiledParts(model, engine, { device, threads }, work.compiled)
  const wanted = { ...options, guidance: options.guidance ?? 0 }
  const asked = await askedConditions(model, wanted, count, { ...parts, otherwise: 'nothing' })
  const compiled = once(() => guidedDenoiser(asked.model, asked.guidance, batch, parts))
  const denoiserOfRun = async (): Promise<Denoiser> => {
    const guided = await compiled()
    return clippedAs(model, options.remembers ? ofRun(model, guided) : guided, options.clip)
  }
  const items = new Float32Array(count * item)
  for (let first = 0; first < count; first += batch) {
    const now = Math.min(batch, count - first)
    const from = x.slice(first * size, (first + now) * size)
    const place = { name: raw ? 'codes' : 'items', first, size: batch, count }
    const rows = await rowsOf(options.shards, place, async () => {
      const conditions = asked.at(first, now)
      let last: ArrayLike<number> = from
      for await (const step of sample(await denoiserOfRun(), {
        sampler,
        times,
        x: from,
        seed,
        firstItem: first,
        conditions,
        signal,
      })) {
        last = step.x
        onStep?.(first + (now * (step.index + 1)) / step.total, count)
      }
      return { last: Float32Array.from(last) }
    })
    if (!rows) continue
    raw?.set(rows.last, first * size)
    fromNetwork(frame, rows.last, items.subarray(first * item, (first + now) * item))
  }
  return items
}

/** Falling times from the strength to the faintest noise, usable by DDIM in both directions. */
function ddimTimes({ schedule }: Model, steps: number, strength: number): number[] {
  const from = Math.min(strength, timeOfNoiseLevel(schedule, 80))
  const to = schedule.table ? 1 / schedule.table.steps : timeOfNoiseLevel(schedule, 0.002)
  if (from <= to)
    throw new TweedieError('usage', `strength ${strength}: there is no noise yet, more than ${to} is needed`)
  return uniformTimes(steps, { from, to })
}

function framed({ frame }: Model, items: Float32Array): Float32Array {
  const count = items.length / itemSize(frame.item)
  if (!Number.isInteger(count) || count === 0) {
    throw new TweedieError('shape', `${items.length} numbers are no whole items of [${frame.item.join(', ')}]`)
  }
  return toNetwork(frame, items, new Float32Array(count * itemSize(frame.network)))
}

/** The options of one of two passes, whose progress counts as a half. */
function halves({ onStep, ...options }: WalkOptions): (half: 0 | 1) => WalkOptions {
  return (half) => ({
    ...options,
    onStep: onStep && ((done, total) => onStep((half * total + done) / 2, total)),
  })
}
