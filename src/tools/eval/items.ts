/** Items of a data set as a network sees them. */
import { itemSize } from '../../files/data/dataset.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { select } from '../../files/data/subset.ts'
import { permutation } from '../../engine/random/index.ts'
import type { Key } from '../../engine/random/index.ts'

/** All of them, `[length, ...shape]`. */
export function allItems(dataset: ArrayDataset): Float32Array {
  return loadBatch(
    dataset,
    Array.from({ length: dataset.length }, (_, i) => i),
    new Float32Array(dataset.length * itemSize(dataset.shape)),
  )
}

/**
 * At most so many items, drawn at random without repetition; the whole set, in its own order unless `shuffle` is set,
 * if it has no more.
 */
export function drawItems(
  dataset: ArrayDataset,
  count: number,
  stream: Key,
  { shuffle = false }: { readonly shuffle?: boolean } = {},
): ArrayDataset {
  if (count >= dataset.length && !shuffle) return dataset
  return select(dataset, permutation(stream, dataset.length).subarray(0, count))
}
