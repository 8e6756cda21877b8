/** The abilities to encode and decode: items to latents and back, along the probability flow. */
import { clipped } from '../../diffusion/denoise/clip.ts'
import { timeOfNoiseLevel } from '../../diffusion/noise/schedule.ts'
import { requireTimes, sample } from '../../diffusion/sample/sample.ts'
import type { Sampler } from '../../diffusion/sample/sampler.ts'
import { uniformTimes } from '../../diffusion/sample/times.ts'
import { TweedieError } from '../../errors.ts'
import { itemSize } from '../../files/data/dataset.ts'
import { fromNetwork, toNetwork } from '../../files/data/frame.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { classesAsked } from '../class-numbers.ts'
import type { drawOptions } from '../draw-options.ts'
import type { Access, Drawn, Item, Setting, WantedPicture } from '../family.ts'
import { chooseSampler } from '../gaussian-sampler.ts'
import { sessionOf } from '../session-of.ts'
import { drawnValues } from '../drawn-values.ts'
import { chooseGuidance } from './guidance-choice.ts'
import { workOn } from '../warm.ts'
import { askedStyles } from '../pictured/styled.ts'
import { askedTexts } from '../words/asked-texts.ts'
import { askedConditions } from './asked-conditions.ts'
import { compiledParts } from './compiled-parts.ts'
import { guidedDenoiser, type ModelGuidance } from './guided.ts'
import { requirePosterior } from './jumps.ts'
import type { Model } from './model.ts'
import type { sampleOptions } from './options/sample.ts'
import { readCodes, readItems } from '../read-items.ts'

/** An item by name, or as values. */
type Options = Omit<ValuesOf<typeof sampleOptions & typeof drawOptions>, 'encode' | 'decode'> & {
  readonly encode?: Item
  readonly decode?: Item
}

/** The default number of steps each way: more than for samples, since errors are visible in the reconstruction. */
const defaultSteps = 100

/** Encodes pictures to their latents, `[n, ...]` in the network's values. */
export async function encode(model: Model, values: OptionValues, setting: Setting): Promise<Drawn> {
  if (model.scale.kind !== 'image') throw new TweedieError('usage', '`encode` is for models of images')
  return encodeItems(model, values, setting)
}

/** The same for items of any kind. */
export async function encodeItems(model: Model, values: OptionValues, setting: Setting): Promise<Drawn> {
  const options = values as Options
  const guidance = await chooseGuidance(model, asAsked(options), setting.access)
  if (guidance.w || guidance.classifier) {
    throw new TweedieError('usage', '`encode` goes without guidance: there would be no way back')
  }
  const way = wayOf(model, options, 'up', setting)
  const x = await seenItems(model, options.encode!, options.fit, setting.access)
  const last = await walk(model, options, setting, { ...way, x, guidance, phase: 'encode' })
  const shape = [last.length / itemSize(model.frame.network), ...model.frame.network]
  return {
    ...factsOf(options, 'encode', way),
    count: shape[0]!,
    shape,
    array: () => ({ shape, data: last }),
    part: () => ({}),
  }
}

/** Decodes latents to items. */
export async function decode(model: Model, values: OptionValues, setting: Setting): Promise<Drawn> {
  const options = values as Options
  const guidance = await chooseGuidance(model, asAsked(options), setting.access)
  const way = wayOf(model, options, 'down', setting)
  const { frame } = model
  const latent = options.decode!
  const x = await readCodes(latent, frame.network, setting.access)
  const last = await walk(model, options, setting, { ...way, x, guidance, phase: 'decode' })
  const count = last.length / itemSize(frame.network)
  const items = fromNetwork(frame, last, new Float32Array(count * itemSize(frame.item)))
  return drawnValues(model, items, factsOf(options, 'decode', way))
}

/** The folder's guidance is for samples only: encoding has none, and decoding has none unless it is set. */
const asAsked = (options: Options): Options => ({ ...options, guidance: options.guidance ?? 0 })

/** How to go. */
interface Way {
  readonly sampler: Sampler
  readonly times: readonly number[]
}

function wayOf(model: Model, options: Options, direction: 'up' | 'down', { own }: Setting): Way {
  requirePosterior(model, direction === 'up' ? '`encode`' : '`decode`')
  const { steps, spacing: _, encode: __, decode: ___, ...rest } = options
  const times = latentTimes(model, steps ?? defaultSteps)
  const { sampler } = chooseSampler(model, { ...rest, times, sampler: options.sampler ?? 'ddim' }, own)
  if (direction === 'up') times.reverse()
  requireTimes(times, sampler)
  if (!sampler.stochastic) return { sampler, times }
  throw new TweedieError('usage', `${sampler.name} cannot decode: it draws noise on the way`)
}

async function walk(
  model: Model,
  { clip, seed = 0, class: asked, ...words }: Options,
  setting: Setting,
  {
    sampler,
    times,
    x,
    guidance: away,
    phase,
  }: Way & {
    readonly x: Float32Array
    readonly guidance: ModelGuidance
    readonly phase: string
  },
): Promise<Float32Array> {
  const batch = x.length / itemSize(model.frame.network)
  const { signal, onProgress, onRemark, access } = setting
  const texts = await askedTexts(model, words, access)
  const styles = await askedStyles(model, words.style, access)
  using work = workOn(setting.kept, signal)
  const parts = compiledParts(model, setting.engine, sessionOf(setting), work.compiled)
  const wanted = { ...texts, styles, labels: classesAsked(model, asked, batch), guidance: away, signal, onRemark }
  const told = await askedConditions(model, wanted, batch, { ...parts, otherwise: 'nothing' })
  const { guidance, at } = told
  const guided = await guidedDenoiser(told.model, guidance, batch, parts)
  // clipping cannot be undone
  const denoiser = clip ? clipped(guided) : guided
  let last = x
  const problem = { sampler, times, x, seed, conditions: at(0, batch), ...(signal && { signal }) }
  for await (const { x: state, index, total } of sample(denoiser, problem)) {
    last = state as Float32Array
    onProgress?.({ phase, done: index + 1, total, unit: 'steps' })
  }
  return last.slice()
}

/** Falling times from the last one with signal to the faintest noise, usable in both directions. */
function latentTimes({ schedule }: Model, steps: number): number[] {
  const from = Math.min(1, timeOfNoiseLevel(schedule, 80))
  const to = schedule.table ? 1 / schedule.table.steps : timeOfNoiseLevel(schedule, 0.002)
  return uniformTimes(steps, { from, to })
}

/** Items as the network sees them. */
async function seenItems(model: Model, item: Item, fit: WantedPicture['fit'], access: Access): Promise<Float32Array> {
  const { frame, scale } = model
  const items = await readItems(item, { shape: frame.item, scale }, fit, access)
  return toNetwork(frame, items, new Float32Array((items.length / itemSize(frame.item)) * itemSize(frame.network)))
}

function factsOf(options: Options, way: 'encode' | 'decode', { sampler, times }: Way): Pick<Drawn, 'how' | 'howText'> {
  const item = options[way]
  const steps = times.length - 1
  return {
    how: {
      [way]: typeof item === 'string' ? item : null,
      sampler: sampler.name,
      steps,
      class: options.class ?? null,
    },
    howText: `${sampler.name}, ${steps} steps`,
  }
}
