/**
 * Parts of a data set. A part keeps the range and the affine map of the whole, so that both are normalised in the same
 * way.
 */
import { TweedieError } from '../../errors.ts'
import { permutation, type Key } from '../../engine/random/index.ts'
import { itemSize, type ArrayDataset } from './dataset.ts'

/** The items at the given indices, copied, in that order. */
export function select(dataset: ArrayDataset, indices: ArrayLike<number>): ArrayDataset {
  const size = itemSize(dataset.shape)
  const total = indices.length * size
  const data = dataset.data instanceof Uint8Array ? new Uint8Array(total) : new Float32Array(total)
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!
    if (!(index >= 0 && index < dataset.length && Number.isInteger(index))) {
      throw new TweedieError('usage', `item ${index}: ${dataset.name} has the items 0 … ${dataset.length - 1}`)
    }
    data.set(dataset.data.subarray(index * size, (index + 1) * size), i * size)
  }
  const labels = dataset.labels && Int32Array.from(indices, (index) => dataset.labels![index]!)
  return Object.freeze({ ...dataset, length: indices.length, data, labels })
}

/** The first `count` items, without copying; all of them where there are no more. */
export function take(dataset: ArrayDataset, count: number): ArrayDataset {
  if (!Number.isInteger(count) || count < 1) {
    throw new TweedieError('usage', `cannot take ${count} items of ${dataset.name}: must be a positive integer`)
  }
  const length = Math.min(count, dataset.length)
  const data = dataset.data.subarray(0, length * itemSize(dataset.shape))
  return Object.freeze({ ...dataset, length, data, labels: dataset.labels?.subarray(0, length) })
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
