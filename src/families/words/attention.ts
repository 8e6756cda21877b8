/** Where the network of a model with words looks at each word of a prompt. */
import { type AttentionMaps, attentionOfItems } from '../../compiled/attention-maps.ts'
import { composedPrompts } from '../../compiled/prompts/composition.ts'
import { wordMaps, wordPlaces } from '../../compiled/prompts/word-places.ts'
import type { Conditions } from '../../diffusion/denoise/conditions.ts'
import type { Schedule } from '../../diffusion/noise/schedule.ts'
import { fold, key } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import type { Frame } from '../../files/data/frame.ts'
import { attentionPicture, type PictureAttention } from '../../files/show/attention-picture.ts'
import type { Raster } from '../../files/io/raster.ts'
import type { Drawn } from '../drawn.ts'
import { type DrawnModel, valueViews } from '../drawn-values.ts'
import type { Texts, Worded } from './told.ts'

/** A model that may know words, and how its items look to its network. */
export interface LookingModel extends Worded {
  readonly schedule: Pick<Schedule, 'alpha' | 'sigma'>
  readonly frame: Pick<Frame, 'item' | 'patch' | 'network'>
}

/** The items of a batch. */
export interface Looked extends Texts {
  /** As the network has them, `[items, ...network]`. */
  readonly x: Float32Array
  /** The number of the first of them, which decides its prompt and its noise. */
  readonly firstItem: number
  /** What the network is told of each. */
  readonly conditions: Conditions
  readonly seed: number | bigint | string
  readonly signal?: AbortSignal | undefined
}

/** @throws TweedieError `usage` where there are no words to look at */
export function requireLooking({ words }: Worded, { prompts, towardsPrompt }: Texts): void {
  const fault = !words
    ? 'the model knows no words'
    : prompts === undefined
      ? 'there is no `prompt`'
      : towardsPrompt !== undefined
        ? 'it shows the words of one `prompt`, and not a walk between two'
        : prompts.some((text) => composedPrompts(text).length > 1)
          ? 'it shows the words of one `prompt`, and not of several joined by AND'
          : undefined
  if (fault !== undefined) throw new TweedieError('usage', `\`attention\`: ${fault}`)
}

/** The maps of finished items: for every word of an item's prompt, where the network looks at it. See `attentionOfItems`. */
export async function attentionOf(
  model: LookingModel,
  watched: AttentionMaps,
  { x, firstItem, conditions, seed, prompts = [], signal }: Looked,
): Promise<readonly PictureAttention[]> {
  const [encoder] = model.words!.encoders
  const [places, height, width] = watched.shape
  const own = fold(key(seed), 'attention')
  const maps = await attentionOfItems(watched, model.schedule, x, { key: own, firstItem, conditions, signal })
  const area = height * width
  const shown = [1, 2].map((axis) => Math.ceil(model.frame.item[axis]! / model.frame.patch)) as [number, number]
  return Array.from({ length: x.length / watched.itemSize }, (_, i) => {
    const words = wordPlaces(encoder!.tokenizer, prompts[(firstItem + i) % prompts.length]!, places)
    const its = maps.subarray(i * places * area, (i + 1) * places * area)
    return {
      size: shown,
      words: wordMaps(words, its, area).map(({ text, map }) => ({ text, map: cropped(map, width, shown) })),
    }
  })
}

/** Without what was padded: the upper left. */
function cropped(map: Float32Array, width: number, [rows, columns]: readonly [number, number]): Float32Array {
  if (map.length === rows * columns) return map
  return Float32Array.from({ length: rows * columns }, (_, i) => map[Math.floor(i / columns) * width + (i % columns)]!)
}

/** What is drawn of items `[n, ...item]` besides: the maps, and one picture of them, a row for each item. */
export function attentionBeside(
  model: DrawnModel,
  items: Float32Array,
  attention: readonly PictureAttention[],
): Pick<Drawn, 'attention' | 'beside'> {
  const { part } = valueViews(model, items)
  const raster = (): Raster => attentionPicture(attention.map((each, i) => [part(i, 1).raster!(), each]))
  return { attention, beside: { attention: { raster } } }
}
