/**
 * Parts of a data set. A part keeps the range and the affine map of the whole, so that both are normalised in the same
 * way.
 */
import { TweedieError } from '../../errors.ts'
import { permutation, type Key } from '../../engine/random/index.ts'
import { itemSize, type ArrayDataset } from './dataset.ts'
import { withFacts } from './stored-dataset.ts'
import { someOf, type StoredItems } from './stored-items.ts'

/** The items at the given indices, in that order: copied, or those on disk where the whole lies there. */
export function select(dataset: ArrayDataset, indices: ArrayLike<number>): ArrayDataset {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!
    if (!(index >= 0 && index < dataset.length && Number.isInteger(index))) {
      throw new TweedieError('usage', `item ${index}: ${dataset.name} has the items 0 … ${dataset.length - 1}`)
    }
  }
  const size = itemSize(dataset.shape)
  if (dataset.stored) return storedPart(dataset, dataset.stored, Uint32Array.from(indices))
  const total = indices.length * size
  const data = dataset.data instanceof Uint8Array ? new Uint8Array(total) : new Float32Array(total)
  for (let i = 0; i < indices.length; i++) {
    data.set(dataset.data.subarray(indices[i]! * size, (indices[i]! + 1) * size), i * size)
  }
  return Object.freeze({ ...dataset, ...besidesOf(dataset, indices), length: indices.length, data })
}

/** Some items of a set on disk: nothing is copied. */
function storedPart(dataset: ArrayDataset, stored: StoredItems, indices: Uint32Array): ArrayDataset {
  const part = someOf(stored, indices)
  return withFacts(dataset, { ...besidesOf(dataset, indices), length: indices.length, stored: part })
}

/** What some items have besides their values: classes, conditions and captions. */
function besidesOf(
  { length, labels, conditions, captions }: ArrayDataset,
  indices: ArrayLike<number>,
): Pick<ArrayDataset, 'labels' | 'conditions' | 'captions'> {
  const some = (values: Float32Array | Int32Array): Float32Array | Int32Array => {
    const size = values.length / length
    const out =
      values instanceof Int32Array ? new Int32Array(indices.length * size) : new Float32Array(indices.length * size)
    for (let i = 0; i < indices.length; i++)
      out.set(values.subarray(indices[i]! * size, (indices[i]! + 1) * size), i * size)
    return out
  }
  return {
    labels: labels && Int32Array.from(indices, (index) => labels[index]!),
    ...(conditions && {
      conditions: Object.fromEntries(Object.entries(conditions).map(([name, values]) => [name, some(values)])),
    }),
    ...(captions && { captions: Array.from(indices, (index) => captions[index]!) }),
  }
}

/** The first `count` items, without copying; all of them where there are no more. */
export function take(dataset: ArrayDataset, count: number): ArrayDataset {
  if (!Number.isInteger(count) || count < 1) {
    throw new TweedieError('usage', `cannot take ${count} items of ${dataset.name}: must be a positive integer`)
  }
  const length = Math.min(count, dataset.length)
  if (dataset.stored)
    return select(
      dataset,
      Uint32Array.from({ length }, (_, i) => i),
    )
  const data = dataset.data.subarray(0, length * itemSize(dataset.shape))
  const besides = besidesOf(
    dataset,
    Array.from({ length }, (_, i) => i),
  )
  return Object.freeze({ ...dataset, ...besides, length, data })
}

/**
 * Holds a random part back: `heldOut` has round(fraction · length) items, at least one, and `train` has
 * the others. Both keep the order of the whole.
 *
 * @param fraction in (0, 1)
 * @throws TweedieError `usage` for another fraction, or where one of the parts would be empty
 */
export function split(
  dataset: ArrayDataset,
  fraction: number,
  key: Key,
): { train: ArrayDataset; heldOut: ArrayDataset } {
  if (!(fraction > 0 && fraction < 1)) {
    throw new TweedieError('usage', `cannot hold back the fraction ${fraction}: must be between 0 and 1`)
  }
  const count = Math.max(1, Math.round(fraction * dataset.length))
  if (count >= dataset.length) {
    throw new TweedieError('usage', `cannot hold back ${count} of ${dataset.length} items: nothing would be left`)
  }
  const order = permutation(key, dataset.length)
  return {
    train: select(dataset, order.subarray(count).sort()),
    heldOut: select(dataset, order.subarray(0, count).sort()),
  }
}
