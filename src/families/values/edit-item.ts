/** The ability to edit: a picture changed by a strength, or an interpolation between two pictures. */
import { TweedieError } from '../../errors.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { classesAsked, classNumbers } from '../class-numbers.ts'
import type { drawOptions } from '../draw-options.ts'
import type { Drawn, Item, Setting } from '../family.ts'
import { defined } from '../defined.ts'
import { askedStyles } from '../pictured/styled.ts'
import { askedTexts, type TextOptions } from '../words/asked-texts.ts'
import { sessionOf } from '../session-of.ts'
import { type DrawnModel, drawnValues } from '../drawn-values.ts'
import { edit, interpolate } from './edit.ts'
import type { Model } from './model.ts'
import type { editOptions } from './options/edit.ts'
import { pictureValues } from '../picture-values.ts'

type Options = Omit<ValuesOf<typeof editOptions & typeof drawOptions>, 'prompt'> & TextOptions

/** Between pictures and the items of the model that changes them. */
export interface Edited {
  readonly model: Model
  /** What pictures are, for people. */
  readonly shown: DrawnModel
  /** A picture as an item, as the network sees data; a cloud in the order of another one's points. */
  read(item: Item, fit: Options['fit'], like?: Float32Array): Promise<Float32Array>
  /** Items as pictures, as drawn models have them. */
  pictures(items: Float32Array): Promise<Float32Array>
}

/** Changes a picture, or interpolates to another. */
export async function editItem(model: Model, item: Item, options: OptionValues, setting: Setting): Promise<Drawn> {
  const edited: Edited = {
    model,
    shown: model,
    read: async (each, fit, like) => {
      if (model.scale.kind === 'cloud') {
        if (fit !== undefined) throw new TweedieError('usage', '`fit` is for pictures, not for clouds')
        return (await import('./cloud-parts.ts')).wholeCloud(model, each, setting, like)
      }
      return pictureValues(
        each,
        { shape: model.frame.item, why: 'the model makes such pictures', fit },
        setting.access,
        model.scale,
      )
    },
    pictures: async (items) => items,
  }
  return editThrough(edited, item, options, setting)
}

/** The same, where pictures are not what the network sees. */
export async function editThrough(
  { model, shown, read, pictures }: Edited,
  item: Item,
  options: OptionValues,
  setting: Setting,
): Promise<Drawn> {
  const asked = options as Options
  const { to, method = 'sdedit', steps, seed = 0, clip, fit, batch } = asked
  const walks = to !== undefined
  const count = asked.count ?? (walks ? 9 : method === 'invert' ? 1 : 4)
  const strength = asked.strength ?? (walks ? 1 : 0.5)
  requireSense(asked, count, strength)
  const isImage = shown.scale.kind === 'image' && shown.frame.item.length === 3
  if (!isImage && shown.scale.kind !== 'cloud') {
    throw new TweedieError('usage', 'edit is for models of images and clouds')
  }
  const texts = await askedTexts(model, asked, setting.access)
  const styles = await askedStyles(model, asked.style, setting.access)
  const isAsked =
    styles !== undefined ||
    asked.class !== undefined ||
    texts.prompts !== undefined ||
    texts.negativePrompt !== undefined
  if (asked.guidance !== undefined && asked.guidance !== 0 && !isAsked) {
    throw new TweedieError('usage', '`guidance` without `class`, `prompt` or `style` changes nothing: towards what?')
  }
  const guidance = asked.guidance ?? (texts.prompts ? model.sampling.guidance : undefined)
  const sourcePrompts = asked.fromPrompt === undefined ? undefined : [asked.fromPrompt]
  const first = await read(item, fit)
  const second = walks ? await read(to, fit, first) : undefined
  const labels = classesAsked(model, asked.class, count)
  const sourceLabels = asked.from === undefined ? undefined : classNumbers(model, asked.from, count, '`from`')
  const { engine, kept, signal, onProgress, onRemark, shards } = setting
  const unit = isImage ? 'images' : 'clouds'
  const onStep = (done: number, total: number): void => onProgress?.({ phase: 'edit', done, total, unit })
  const how = {
    ...sessionOf(setting),
    kept,
    shards,
    batch,
    signal,
    onStep,
    strength,
    steps,
    labels,
    ...texts,
    styles,
    guidance,
    clip,
    onRemark,
  }
  const items = second
    ? await interpolate(model, engine, [first, second], { ...how, count })
    : await edit(model, engine, repeated(first, count), { ...how, method, sourceLabels, sourcePrompts, seed })
  const shownItems = await pictures(items)
  shards?.requireAll()
  const manner = walks ? 'interpolate' : method
  return drawnValues(shown, shownItems, {
    how: {
      picture: typeof item === 'string' ? item : null,
      to: to ?? null,
      method: manner,
      strength,
      class: asked.class ?? null,
      ...defined({ style: asked.style, prompt: asked.prompt, fromPrompt: asked.fromPrompt, negative: asked.negative }),
      guidance: guidance ?? 0,
      seed,
    },
    howText: `${manner}, strength ${strength}, seed ${seed}`,
  })
}

function requireSense({ to, method, from, fromPrompt }: Options, count: number, strength: number): void {
  if (strength === 0) throw new TweedieError('usage', '`strength: 0` changes nothing: it lies in (0, 1]')
  if (to !== undefined && count < 2)
    throw new TweedieError('usage', `\`count: ${count}\`: an interpolation between pictures has 2 or more`)
  if (from !== undefined && (to !== undefined || method !== 'invert')) {
    throw new TweedieError('usage', '`from` is for `method: invert`')
  }
  if (fromPrompt !== undefined && (to !== undefined || method !== 'invert')) {
    throw new TweedieError('usage', '`fromPrompt` is for `method: invert`')
  }
}

function repeated(item: Float32Array, count: number): Float32Array {
  const items = new Float32Array(count * item.length)
  for (let i = 0; i < count; i++) items.set(item, i * item.length)
  return items
}
