/** Videos longer than those that a model was trained on: block after block, each going on from the last frames of the one before. */
import type { Conditions } from '../../../diffusion/denoise/conditions.ts'
import { TweedieError } from '../../../errors.ts'
import { itemSize } from '../../../files/data/dataset.ts'
import type { DrawnModel } from '../../drawn-values.ts'
import type { Model } from '../model.ts'
import { type Composed, composedAs, type ComposedOptions } from './composed.ts'
import { copyFrames, givenCondition, givenName } from './given.ts'

/** One block: `[count, C, T, H, W]`, with these conditions beside others, and a seed of its own. */
export type DrawBlock = (block: number, conditions: Conditions | undefined) => Promise<Float32Array>

/**
 * Whether longer items are drawn whole, from windows that are put together; else videos are made block after block.
 *
 * @throws TweedieError `usage` for models of anything else
 */
export function lengthened(model: Model, options: ComposedOptions): Composed | undefined {
  const { kind } = model.scale
  if (model.frame.item.length === 4 && (kind === 'video' || kind === 'fields')) return composedAs(model, options)
  throw new TweedieError('usage', '`length` is for models of texts, of videos and of fields over time')
}

/**
 * Videos of `length` frames. The first block is drawn as it is; each later one is told the last half of the frames before it, and adds the other half.
 *
 * @returns `[count, C, length, H, W]`
 */
export async function longer(model: Model, length: number, draw: DrawBlock): Promise<Float32Array> {
  const item = model.frame.item as readonly [number, number, number, number]
  const [channels, frames, height, width] = item
  const overlap = Math.max(1, Math.floor(frames / 2))
  let block = await draw(0, undefined)
  const count = block.length / itemSize(item)
  const shape = [channels, length, height, width]
  const data = new Float32Array(count * itemSize(shape))
  let made = Math.min(frames, length)
  const upTo = (n: number): number[] => Array.from({ length: n }, (_, t) => t)
  copyFrames({ data: block, shape: item, frames: upTo(made) }, { data, shape, frames: upTo(made) })
  for (let number = 1; made < length; number++) {
    const known = upTo(overlap)
    const told = new Float32Array(count * itemSize(item))
    const last = known.map((t) => frames - overlap + t)
    copyFrames({ data: block, shape: item, frames: last }, { data: told, shape: item, frames: known })
    block = await draw(number, { [givenName]: givenCondition(model.frame, told, known) })
    copyFrames({ data: told, shape: item, frames: known }, { data: block, shape: item, frames: known })
    const added = upTo(Math.min(frames - overlap, length - made))
    const from = { data: block, shape: item, frames: added.map((t) => overlap + t) }
    copyFrames(from, { data, shape, frames: added.map((t) => made + t) })
    made += added.length
  }
  return data
}

/** What shows videos of a model that are so long. */
export function ofLength({ frame, scale }: Model, length: number): DrawnModel {
  const item = frame.item.map((size, axis) => (axis === 1 ? length : size))
  return { frame: { item }, scale: { ...scale, shape: item } }
}
