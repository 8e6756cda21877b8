/** The captions of samples that are compared with data. */
import { fold, key, permutation } from '../engine/random/index.ts'
import type { ArrayDataset } from '../files/data/dataset.ts'

/** What samples are asked for: the captions of items of the data, and their classes. */
export interface AskedAsIn {
  readonly prompts: readonly string[]
  readonly labels?: Int32Array | undefined
}

/**
 * So many items' captions, chosen at random, the first of each; none twice while there are others. Their classes come along.
 *
 * @returns undefined where the data have no captions
 */
export function captionsAsIn(
  { captions, labels }: Pick<ArrayDataset, 'captions' | 'labels'>,
  count: number,
): AskedAsIn | undefined {
  const own = Array.from(captions ?? [], (texts, item) => ({ texts, item })).filter(({ texts }) => texts.length > 0)
  if (own.length === 0) return undefined
  const order = permutation(fold(key(0), 'captions of samples'), own.length)
  const items = Array.from({ length: count }, (_, i) => own[order[i % own.length]!]!)
  return {
    prompts: items.map(({ texts }) => texts[0]!),
    ...(labels && { labels: Int32Array.from(items, ({ item }) => labels[item]!) }),
  }
}
