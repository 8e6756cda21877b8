/** Splits data: a part is kept out of training, so that a model can be judged on items that it has not seen. */
import { fold, key, permutation } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { type AnyDataset, areRecords } from './any-dataset.ts'
import { type CategoricalDataset, createCategorical } from './categorical.ts'
import { type ArrayDataset, itemSize } from './dataset.ts'
import { select } from './subset.ts'

/** The two parts of a data set. */
export interface Parts<Data> {
  readonly train: Data
  readonly heldOut: Data
}

/**
 * Which items are held out: `random` ones, of every class its share, so that both parts have every class that has two items; or those
 * at the `end`.
 */
export type HoldOutManner = 'random' | 'end'

/**
 * Holds a share of the items back. Both parts keep the order of the whole, and the same data are cut in the same way
 * every time. Of a text the end is always held out.
 *
 * @param share in (0, 1)
 * @param manner default `random`
 * @throws TweedieError `usage` for another share, or where a part would be empty; `data` where a part of a text is shorter
 *   than a window
 */
export function holdOut<Data extends AnyDataset>(
  dataset: Data,
  share: number,
  manner: HoldOutManner = 'random',
): Parts<Data> {
  if (!(share > 0 && share < 1)) {
    throw new TweedieError('usage', `cannot hold out the share ${share}: must be between 0 and 1`)
  }
  const isText = dataset.kind === 'tokens' && dataset.vocabulary.kind === 'text'
  const count = isText ? dataset.data.length : dataset.length
  const held = Math.max(1, Math.round(share * count))
  if (count - held < 1) {
    throw new TweedieError('usage', `cannot hold out ${share} of ${count} items: nothing would be left`)
  }
  if (isText) return textParts(dataset, count - held) as Parts<Data>
  const out = new Uint8Array(count)
  for (const index of manner === 'end' ? lastOnes(count, held) : randomOnes(dataset, held)) out[index] = 1
  const part = (wanted: number): AnyDataset => {
    const indices = Array.from(out.keys()).filter((i) => out[i] === wanted)
    if (areRecords(dataset)) return dataset.select(indices)
    return dataset.kind === 'tokens' ? selectTokens(dataset, indices) : select(dataset, indices)
  }
  return { train: part(0), heldOut: part(1) } as Parts<Data>
}

const lastOnes = (count: number, held: number): number[] => Array.from({ length: held }, (_, i) => count - held + i)

/** Of every class its share of `held`, rounded so that they add up, and at least one where there are two; drawn without replacement. */
function randomOnes({ length, labels }: Pick<ArrayDataset, 'length' | 'labels'>, held: number): number[] {
  const classes = new Map<number, number[]>()
  for (const index of permutation(fold(key(0), 'hold-out'), length)) {
    const label = labels?.[index] ?? 0
    const items = classes.get(label) ?? []
    items.push(index)
    classes.set(label, items)
  }
  const groups = [...classes.values()].map((items) => {
    const wanted = (held * items.length) / length
    const most = Math.max(0, items.length - 1)
    return { items, wanted, count: Math.min(most, Math.max(Number(items.length > 1), Math.floor(wanted))) }
  })
  let missing = held - groups.reduce((sum, { count }) => sum + count, 0)
  for (const group of groups.toSorted((a, b) => b.wanted - b.count - (a.wanted - a.count))) {
    if (missing <= 0 || group.count >= group.items.length - 1) continue
    group.count++
    missing--
  }
  return groups.flatMap(({ items, count }) => items.slice(0, count))
}

function textParts(dataset: CategoricalDataset, kept: number): Parts<CategoricalDataset> {
  const part = (data: Int32Array, what: string): CategoricalDataset => renamed(dataset, { data }, what)
  return {
    train: part(dataset.data.subarray(0, kept), 'the training part'),
    heldOut: part(dataset.data.subarray(kept), 'the held-out part'),
  }
}

function selectTokens(dataset: CategoricalDataset, indices: readonly number[]): CategoricalDataset {
  const size = itemSize(dataset.shape)
  const data = new Int32Array(indices.length * size)
  indices.forEach((index, i) => data.set(dataset.data.subarray(index * size, (index + 1) * size), i * size))
  const labels = dataset.labels && Int32Array.from(indices, (index) => dataset.labels![index]!)
  return renamed(dataset, { data, labels }, 'a part')
}

/** A part with the name of the whole; errors say which part it is. */
function renamed(
  { kind: _, length: __, ...whole }: CategoricalDataset,
  parts: Pick<CategoricalDataset, 'data' | 'labels'>,
  what: string,
): CategoricalDataset {
  return { ...createCategorical({ ...whole, ...parts, name: `${whole.name}, ${what}` }), name: whole.name }
}
