/** Items of data sets as pictures and texts. */
import type { CategoricalDataset } from '../../../files/data/categorical.ts'
import { type ArrayDataset, itemSize } from '../../../files/data/dataset.ts'
import type { NdArray } from '../../../files/data/nd-array.ts'
import { loadBatch } from '../../../files/data/normalise.ts'
import type { Raster } from '../../../files/io/raster.ts'
import { pictureOf } from '../../../files/show/picture.ts'
import { isPicture, tokenPictureOf } from '../../../files/show/token-picture.ts'
import { textOf } from '../../../files/show/token-text.ts'

/** Some items as what they can be shown: of points one picture of all. */
export function shownItems(
  dataset: ArrayDataset | CategoricalDataset,
  first: number,
  values: NdArray,
): { readonly pictures?: readonly Raster[]; readonly texts?: readonly string[] } {
  const count = values.shape[0]!
  const size = itemSize(dataset.shape)
  if (dataset.kind === 'tokens') {
    const tokens = values.data as Int32Array
    if (!isPicture(dataset)) return { texts: textOf(dataset, tokens) }
    const one = (i: number): Raster =>
      tokenPictureOf(dataset, tokens.subarray(i * size, (i + 1) * size), dataset.categories, { padding: 0 })
    return { pictures: Array.from({ length: count }, (_, i) => one(i)) }
  }
  if (count === 0) return { pictures: [] }
  const seen = new Float32Array(count * size)
  loadBatch(
    dataset,
    Uint32Array.from({ length: count }, (_, i) => first + i),
    seen,
  )
  if (dataset.kind !== 'image' && dataset.kind !== 'video') return { pictures: [pictureOf(seen, dataset)] }
  return {
    pictures: Array.from({ length: count }, (_, i) => pictureOf(seen.subarray(i * size, (i + 1) * size), dataset)),
  }
}
