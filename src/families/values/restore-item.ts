/** The ability to restore: draws clean pictures that fit a damaged one, with their mean and spread. */
import { TweedieError } from '../../errors.ts'
import { type PosteriorMethodName, posteriorMethods, type PosteriorSettings } from '../../diffusion/guidance/methods.ts'
import { type Observation, requireNoise } from '../../diffusion/measure/observation.ts'
import { itemSize } from '../../files/data/dataset.ts'
import type { OptionValues } from '../../options.ts'
import { classesAsked } from '../class-numbers.ts'
import type { Drawn, Item, Setting } from '../family.ts'
import { defined } from '../defined.ts'
import { askedStyles } from '../pictured/styled.ts'
import { askedTexts } from '../words/asked-texts.ts'
import { sessionOf } from '../session-of.ts'
import { type DrawnModel, drawnValues, valuesView } from '../drawn-values.ts'
import { requirePosterior } from './jumps.ts'
import type { Model } from './model.ts'
import { defaultMethod, defaultRestoreSteps, restore, usualRestoreBatch } from './restore.ts'
import { observationOf, type RestoreValues } from './restore-task.ts'

/** The default number of answers. */
const defaultCount = 4

/** Between pictures that are measured and the items of the model that restores them. */
export interface Restored {
  readonly model: Model
  /** What pictures are, for people. */
  readonly shown: DrawnModel
  /** A measurement of pictures as one of items, so many at a time. */
  measured(observed: Observation, batch: number): Promise<Observation>
  /** Items as pictures, as drawn models have them. */
  pictures(items: Float32Array): Promise<Float32Array>
}

/** Draws clean pictures that fit a damaged one. */
export async function restoreItem(model: Model, item: Item, options: OptionValues, setting: Setting): Promise<Drawn> {
  if (model.scale.kind === 'video') {
    return (await import('./frames/restore-video.ts')).restoreVideo(model, item, options as RestoreValues, setting)
  }
  const restored: Restored = {
    model,
    shown: model,
    measured: async (observed) => observed,
    pictures: async (items) => items,
  }
  return restoreThrough(restored, item, options, setting)
}

/** The same, where pictures are not what the network sees. */
export async function restoreThrough(
  { model, shown, measured, pictures }: Restored,
  item: Item,
  options: OptionValues,
  setting: Setting,
): Promise<Drawn> {
  const asked = options as RestoreValues
  const { count = defaultCount, method = defaultMethod, seed = 0, task, batch } = asked
  const { iterations, gamma, zeta, lambda, resample } = asked
  requirePosterior(model, 'restoring')
  requireTaken(asked, method)
  const isCloud = shown.scale.kind === 'cloud'
  const observed = await observationOf(shown, item, asked, setting)
  if (posteriorMethods[method].noise) requireNoise(method, observed)
  const labels = classesAsked(model, asked.class, count)
  const texts = await askedTexts(model, asked, setting.access)
  const styles = await askedStyles(model, asked.style, setting.access)
  const steps = asked.steps ?? defaultRestoreSteps[method]
  const ofItems = await measured(observed, Math.min(count, batch ?? usualRestoreBatch))
  const answers = await restore(model, setting.engine, ofItems, {
    ...sessionOf(setting),
    count,
    method,
    steps,
    labels,
    ...texts,
    styles,
    guidance: asked.guidance,
    onRemark: setting.onRemark,
    seed,
    batch,
    kept: setting.kept,
    shards: setting.shards,
    signal: setting.signal,
    settings: {
      iterations,
      gamma,
      zeta,
      lambda,
      resample,
    },
    onStep: (done, total) =>
      setting.onProgress?.({
        phase: 'restore',
        done,
        total,
        unit: isCloud ? 'clouds' : 'images',
      }),
  })
  const items = await pictures(answers.items)
  setting.shards?.requireAll()
  const { mean, deviation } = summaryOf(items, itemSize(shown.frame.item))
  const largest = deviation.reduce((most, value) => Math.max(most, value), 0)
  // the spread as brightness: black is none, white is the largest
  const bright = deviation.map((value) => (largest > 0 ? (2 * value) / largest - 1 : -1))
  const { sigma } = observed
  return drawnValues(shown, items, {
    how: {
      picture: typeof item === 'string' ? item : null,
      task,
      sigma,
      method,
      steps,
      seed,
      class: asked.class ?? null,
      ...defined({ style: asked.style, prompt: asked.prompt, negative: asked.negative, guidance: asked.guidance }),
      simulated: asked.simulate ?? false,
      largestDeviation: largest,
    },
    howText: `seed ${seed}, ${method}, ${steps} steps, sigma ${String(sigma)}`,
    // points have no order, so that clouds have no mean
    ...(count > 1 &&
      !isCloud && { beside: { mean: valuesView(shown, mean), std: valuesView(shown, opaque(bright, shown)) } }),
  })
}

/** The methods that use each method-specific number. */
const takers: Readonly<Record<keyof PosteriorSettings & keyof RestoreValues, readonly PosteriorMethodName[]>> = {
  iterations: ['mmps'],
  gamma: ['sda'],
  zeta: ['dps', 'diffpir'],
  lambda: ['diffpir'],
  resample: ['repaint'],
}

function requireTaken(asked: RestoreValues, method: PosteriorMethodName): void {
  for (const [name, methods] of Object.entries(takers)) {
    if (asked[name as keyof typeof takers] === undefined || methods.includes(method)) continue
    throw new TweedieError('usage', `\`${name}\` is for the method ${methods.join(' or ')}, not for ${method}`, {
      hint: `\`method: ${methods[0]}\``,
    })
  }
}

/** The spread of pictures with opacity is shown opaque: the opacity of a spread is none. */
function opaque(values: Float32Array, { frame }: DrawnModel): Float32Array {
  const [channels = 1, ...plane] = frame.item
  return channels === 2 || channels === 4 ? values.fill(1, (channels - 1) * itemSize(plane)) : values
}

/** Mean and standard deviation of each value over the answers. */
function summaryOf(
  items: Float32Array,
  size: number,
): { readonly mean: Float32Array; readonly deviation: Float32Array } {
  const count = items.length / size
  const mean = new Float32Array(size)
  items.forEach((value, i) => (mean[i % size]! += value / count))
  const square = new Float64Array(size)
  items.forEach((value, i) => (square[i % size]! += (value - mean[i % size]!) ** 2 / Math.max(1, count - 1)))
  return { mean, deviation: Float32Array.from(square, Math.sqrt) }
}
