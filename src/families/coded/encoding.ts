/** What encoding and decoding have in common, whatever the codes are. */
import { fold, key } from '../../engine/random/index.ts'
import { itemSize } from '../../files/data/dataset.ts'
import { toNetwork } from '../../files/data/frame.ts'
import type { ValuesOf } from '../../options.ts'
import type { drawOptions } from '../draw-options.ts'
import type { Drawn, Item, Setting } from '../family.ts'
import { readItems } from '../read-items.ts'
import { binarise } from './batches.ts'
import type { CodedModel } from './coded-model.ts'
import type { sampleOptions } from './options/sample.ts'

/** Options, with an item by name or as values. */
export type CodeOptions = Omit<ValuesOf<typeof sampleOptions & typeof drawOptions>, 'encode' | 'decode'> & {
  readonly encode?: Item
  readonly decode?: Item
}

/** Items at a time. */
export const usualBatch = 64

/** Items as the network sees them, `[n, ...]`. Of `bernoulli` they become black or white first. */
export async function itemsToEncode(
  { frame, scale, law }: CodedModel,
  { encode: item, fit, seed = 0 }: CodeOptions,
  { access }: Pick<Setting, 'access'>,
): Promise<{ readonly x: Float32Array; readonly count: number }> {
  const read = await readItems(item!, { shape: frame.item, scale }, fit, access)
  const items = law.name === 'bernoulli' ? binarise(read.slice(), fold(key(seed), 'binarise')) : read
  const count = items.length / itemSize(frame.item)
  return { x: toNetwork(frame, items, new Float32Array(count * itemSize(frame.network))), count }
}

/** Codes `[n, ...]` as what was drawn. */
export function drawnCodes(
  data: Float32Array,
  shape: readonly number[],
  { encode: item, code = 'mean', seed = 0 }: CodeOptions,
): Drawn {
  return {
    how: { encode: typeof item === 'string' ? item : null, code, seed },
    howText: `${code} of the encoder's law`,
    count: shape[0]!,
    shape,
    array: () => ({ shape, data }),
    part: () => ({}),
  }
}

/** How far it is, for `onProgress` of a setting. */
export function watchOf({ signal, onProgress }: Setting, phase: string) {
  return {
    signal,
    onProgress: (done: number, total: number) => onProgress?.({ phase, done, total, unit: 'items' }),
  }
}
