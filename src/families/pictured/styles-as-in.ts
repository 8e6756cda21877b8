/** The styles of samples that are compared with data. */
import { key } from '../../engine/random/index.ts'
import { type ArrayDataset, classCount, itemSize } from '../../files/data/dataset.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { spreadOver } from '../words/known-text.ts'
import { membersOf, secondPictures } from './second-pictures.ts'
import type { Styled } from './style-encoder.ts'

/**
 * For items of the data, at equal distances, another picture of the class of each, or the item itself where it is alone in its class; undefined
 * where the model has no styles, or the data have no classes. The items are those that `asIn` asks for in words.
 */
export function stylesAsIn(
  { styles }: Styled,
  dataset: ArrayDataset,
  count: number,
): readonly Float32Array[] | undefined {
  const { labels } = dataset
  if (!styles || !labels) return undefined
  const indices = spreadOver(dataset.length, count)
  const chosen = secondPictures(labels, membersOf(labels, classCount(dataset)), { key: key(0), step: 0, indices })
  const size = itemSize(dataset.shape)
  const all = loadBatch(
    dataset,
    chosen.map((item, i) => (item < 0 ? indices[i]! : item)),
    new Float32Array(count * size),
  )
  return Array.from({ length: count }, (_, i) => all.subarray(i * size, (i + 1) * size))
}
