/** Digests of data sets: a run may only be resumed with the same data. */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { isArrays } from '../../files/data/any-dataset.ts'
import { type ArrayDataset, itemSize } from '../../files/data/dataset.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import { digestPieces } from '../dataset-file.ts'

/** What a digest by the checksums of items begins with. */
const byItems = 'items-'

/**
 * A digest of a data set: its items, labels, shape, classes and vocabulary. Of items on disk it is taken of their checksums, so that
 * nothing is read.
 *
 * @param like another digest: the data are compared with it, so this one is taken in the same way
 */
export function digestOf(dataset: TrainData, like?: string): string {
  const stored = isArrays(dataset) ? dataset.stored : undefined
  const checked = like === undefined ? stored !== undefined : like.startsWith(byItems)
  if (checked && isArrays(dataset)) return byItems + digestByItems(dataset)
  const hash = createHash('sha256')
  for (const piece of digestPieces(dataset)) hash.update(piece)
  return hash.digest('hex').slice(0, 16)
}

function digestByItems(dataset: ArrayDataset): string {
  const { labels, shape, classNames, captions } = dataset
  const hash = createHash('sha256').update(JSON.stringify([shape, classNames ?? null]))
  hash.update(dataset.stored?.checks() ?? checksOf(dataset))
  if (labels) hash.update(labels)
  if (captions) hash.update(JSON.stringify(captions))
  return hash.digest('hex').slice(0, 16)
}

/** The CRC-32 of each item in memory. */
function checksOf({ data, length, shape }: ArrayDataset): Uint32Array {
  const size = itemSize(shape) * data.BYTES_PER_ELEMENT
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return Uint32Array.from({ length }, (_, i) => crc32(bytes.subarray(i * size, (i + 1) * size)))
}
