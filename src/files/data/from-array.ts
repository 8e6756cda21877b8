/**
 * Arrays as data sets. What an array is follows from its type and shape:
 *
 * | array | data set |
 * |---|---|
 * | bytes [N, H, W] | grey images [1, H, W] |
 * | bytes [N, C, H, W] or [N, H, W, C] | images [C, H, W] |
 * | other numbers [N] or [N, d] | points [1] or [d] |
 * | other numbers, more axes | arrays, channels first |
 *
 * Of four axes, the last is taken for the channels where it has at most 4 entries and the second has more.
 */
import { TweedieError } from '../../errors.ts'
import { createDataset, itemSize, type ArrayDataset } from './dataset.ts'
import type { NdArray } from './nd-array.ts'
import { standardise } from './normalise.ts'

/**
 * Makes a data set of an array whose first axis counts the items.
 *
 * @throws TweedieError `data` where there are no items, values are not finite or labels do not fit
 */
export function datasetFromArray(
  array: NdArray,
  options: { name: string; labels?: NdArray | undefined; classNames?: readonly string[] | undefined },
): ArrayDataset {
  const { name, classNames } = options
  if (array.shape.length === 0) throw new TweedieError('data', `${name}: a single number is no data set`)
  const labels = options.labels && labelsFromArray(options.labels, name)
  const { shape, data } = channelsFirst(array)
  if (data instanceof Uint8Array && (shape.length === 3 || shape.length === 4)) {
    const item = shape.length === 3 ? [1, ...shape.slice(1)] : shape.slice(1)
    return createDataset({ name, kind: 'image', shape: item, data, labels, classNames })
  }
  const item = shape.length === 1 ? [1] : shape.slice(1)
  const values = data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number | bigint>, Number)
  if (item.length > 1) return createDataset({ name, kind: 'array', shape: item, data: values, labels, classNames })
  return pointsDataset({ name, data: values, columns: item[0]!, labels, classNames })
}

/** Points, `[n, columns]`, standardised column by column. */
export function pointsDataset(parts: {
  name: string
  data: Float32Array
  columns: number
  labels?: Int32Array | undefined
  classNames?: readonly string[] | undefined
}): ArrayDataset {
  const { columns, ...rest } = parts
  const affine = columns > 0 ? standardise(parts.data, columns) : undefined
  return createDataset({ ...rest, kind: 'points', shape: [columns], affine })
}

/** Class labels: whole numbers, one for each item. */
export function labelsFromArray(array: NdArray, name: string): Int32Array {
  if (array.shape.length === 0 || itemSize(array.shape.slice(1)) !== 1) {
    throw new TweedieError('data', `${name}: labels of shape [${array.shape.join(', ')}], expected one for each item`)
  }
  return Int32Array.from(array.data as ArrayLike<number | bigint>, (value) => {
    const label = Number(value)
    if (!Number.isInteger(label) || label < 0 || label > 0x7fff_ffff) {
      throw new TweedieError('data', `${name}: ${value} is no class label: labels are 0, 1, 2, …`)
    }
    return label
  })
}

/** [N, H, W, C] → [N, C, H, W] where the last axis looks like channels; anything else as it is. */
function channelsFirst(array: NdArray): NdArray {
  const [n, height, width, channels] = array.shape as [number, number, number, number]
  if (array.shape.length !== 4 || channels > 4 || height <= 4) return array
  const plane = height * width
  const data = array.data.slice()
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < channels; c++) {
      const base = i * plane * channels
      for (let p = 0; p < plane; p++) data[base + c * plane + p] = array.data[base + p * channels + c]!
    }
  }
  return { shape: [n, channels, height, width], data }
}
