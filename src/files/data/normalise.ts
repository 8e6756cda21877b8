/**
 * Between the values of a data set and those of a network: `value = shift + scale · x`.
 *
 * - images: x = byte / 127.5 − 1, so that 0 … 255 becomes −1 … 1
 * - points: x = (value − mean) / standard deviation, column by column
 * - clouds: x = (value − mean of the column) / one standard deviation for all columns
 * - arrays: the measured range becomes −1 … 1
 */
import { TweedieError } from '../../errors.ts'
import { itemSize, type Affine, type ArrayDataset, type DataScale } from './dataset.ts'

/**
 * The affine map of a data set, `value = shift + scale · x`. A constant set gets the scale 1. Of clouds whose map has a number for each
 * column, it has one for each value of an item.
 */
export function affineOf({ range: [low, high], affine, kind, shape }: DataScale): Affine {
  if (affine && kind === 'cloud' && affine.shift.length === shape[1]) return perValue(affine, shape[0]!)
  return affine ?? { shift: [low / 2 + high / 2], scale: [high > low ? high / 2 - low / 2 : 1] }
}

/** Numbers of columns, repeated for each of so many rows. */
function perValue({ shift, scale }: Affine, rows: number): Affine {
  const all = (columns: readonly number[]): number[] => Array.from({ length: rows }, () => columns).flat()
  return { shift: all(shift), scale: all(scale) }
}

/** The affine map that standardises the columns of `[n, columns]` values: mean 0, standard deviation 1. */
export function standardise(values: Float32Array, columns: number): Affine {
  const n = values.length / columns
  const mean = Array.from({ length: columns }, () => 0)
  const scale = Array.from({ length: columns }, () => 0)
  values.forEach((v, i) => (mean[i % columns]! += v / n))
  values.forEach((v, i) => (scale[i % columns]! += (v - mean[i % columns]!) ** 2 / n))
  return { shift: mean, scale: scale.map((variance) => Math.sqrt(variance) || 1) }
}

/**
 * Writes a normalised batch, `[indices.length, ...shape]`, into `out`.
 *
 * @param indices which items; an item may occur more than once
 * @param out receives indices.length · itemSize values
 * @param options `flip`: which images of the batch are mirrored left to right (images and videos only)
 * @returns `out`
 * @throws TweedieError `usage` for an index that does not exist, `shape` where `out` has another length
 */
export function loadBatch(
  dataset: ArrayDataset,
  indices: ArrayLike<number>,
  out: Float32Array,
  options: { flip?: ArrayLike<boolean> } = {},
): Float32Array {
  const size = itemSize(dataset.shape)
  if (out.length !== indices.length * size) {
    throw new TweedieError('shape', `${indices.length} items need ${indices.length * size} values, got ${out.length}`)
  }
  const { kind, length, shape, stored } = dataset
  const data = stored ? undefined : dataset.data
  const width = (kind === 'image' || kind === 'video') && options.flip ? shape.at(-1)! : 0
  const { shift, scale } = affineOf(dataset)
  for (let b = 0; b < indices.length; b++) {
    const index = indices[b]!
    if (!(index >= 0 && index < length && Number.isInteger(index))) {
      throw new TweedieError('usage', `item ${index}: ${dataset.name} has the items 0 … ${length - 1}`)
    }
    const item = out.subarray(b * size, (b + 1) * size)
    if (data) item.set(data.subarray(index * size, (index + 1) * size))
    else stored!.read(index, item)
    for (let c = 0, i = 0; c < shift.length; c++) {
      for (const end = i + size / shift.length; i < end; i++) item[i] = (item[i]! - shift[c]!) / scale[c]!
    }
    if (width && options.flip![b]) for (let row = 0; row < size; row += width) item.subarray(row, row + width).reverse()
  }
  return out
}

/**
 * The inverse: a network's values, `[n, ...shape]`, as values of the data set. Images of
 * bytes, 0 … 255, are rounded and clamped to them, and NaN becomes 0 there.
 */
export function denormalise(of: DataScale, x: Float32Array): Uint8Array | Float32Array {
  const size = itemSize(of.shape)
  if (x.length % size !== 0) {
    throw new TweedieError('shape', `${x.length} values are no whole number of [${of.shape.join(', ')}] items`)
  }
  const { shift, scale } = affineOf(of)
  const values = new Float32Array(x.length)
  for (let c = 0, i = 0; i < x.length; c = (c + 1) % shift.length) {
    for (const end = i + size / shift.length; i < end; i++) values[i] = shift[c]! + scale[c]! * x[i]!
  }
  return areBytes(of) ? new Uint8Array(new Uint8ClampedArray(values).buffer) : values
}

/** Whether the values are bytes, 0 … 255, as those of most pictures and videos; others, of more bits or with units of their own, are any numbers. */
export function areBytes({ kind, range }: Pick<DataScale, 'kind' | 'range'>): boolean {
  return (kind === 'image' || kind === 'video') && range[0] === 0 && range[1] === 255
}
