/**
 * Arrays as data sets. What an array is follows from its type and shape:
 *
 * | array | data set |
 * |---|---|
 * | bytes [N, H, W] | grey images [1, H, W] |
 * | bytes [N, C, H, W] or [N, H, W, C] | images [C, H, W] |
 * | other numbers [N] or [N, d] | points [1] or [d] |
 * | other numbers [N, H, W] whose sides are 8 and more and alike (up to 1 : 4) | grey images [1, H, W], values kept as they are |
 * | other numbers [N, C, H, W] or [N, H, W, C] with up to 4 channels | images [C, H, W], values kept as they are |
 * | other numbers, more axes | arrays, channels first |
 *
 * Of four axes, the last is taken for the channels where it has at most 4 entries and the second has more; for images
 * also where it has fewer than the other two, which are similar. `as` overrides this.
 */
import { TweedieError } from '../../errors.ts'
import { createDataset, itemSize, type ArrayDataset } from './dataset.ts'
import type { NdArray } from './nd-array.ts'
import { standardise } from './normalise.ts'

/** The kind of data in an array. */
export type ArrayKind = 'images' | 'points' | 'arrays'

/**
 * Makes a data set of an array whose first axis counts the items. Labels that are not 0, 1, 2, … (that begin at 1, or have gaps) are
 * numbered anew, and keep their numbers as names.
 *
 * @param options `as`: the kind of data, if type and shape suggest another @throws TweedieError `data` if there are no
 * items, values are not finite or labels do not fit
 */
export function datasetFromArray(
  array: NdArray,
  options: {
    name: string
    labels?: NdArray | undefined
    classNames?: readonly string[] | undefined
    as?: ArrayKind | undefined
  },
): ArrayDataset {
  const { name } = options
  if (array.shape.length === 0) throw new TweedieError('data', `${name}: a single number is no data set`)
  const classes = classesOf(options)
  const { shape, data } = channelsFirst(array, options.as === 'images' || array.data instanceof Uint8Array)
  const values = (): Float32Array =>
    data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number | bigint>, Number)
  if ((options.as ?? kindOf(shape, data instanceof Uint8Array)) === 'images') {
    const item = shape.length === 3 ? [1, ...shape.slice(1)] : shape.slice(1)
    if (data instanceof Uint8Array) return createDataset({ name, kind: 'image', shape: item, data, ...classes })
    const remarks = [`numbers [${array.shape.join(', ')}] are taken for images [${item.join(', ')}]`]
    return createDataset({ name, kind: 'image', shape: item, data: values(), remarks, ...classes })
  }
  const item = shape.length === 1 ? [1] : shape.slice(1)
  if (options.as === 'points') return pointsDataset({ name, data: values(), columns: itemSize(item), ...classes })
  if (item.length > 1 || options.as === 'arrays') {
    return createDataset({ name, kind: 'array', shape: item, data: values(), ...classes })
  }
  return pointsDataset({ name, data: values(), columns: item[0]!, ...classes })
}

/** The kind of data by type and shape. */
function kindOf([_, ...item]: readonly number[], bytes: boolean): ArrayKind {
  if (bytes && (item.length === 2 || item.length === 3)) return 'images'
  if (item.length === 2) {
    const [least, most] = [Math.min(...item), Math.max(...item)]
    return least >= 8 && most <= 4 * least ? 'images' : 'arrays'
  }
  if (item.length === 3 && item[0]! <= 4) return 'images'
  return item.length < 2 ? 'points' : 'arrays'
}

function classesOf({
  name,
  labels: array,
  classNames,
}: Parameters<typeof datasetFromArray>[1]): Pick<ArrayDataset, 'labels' | 'classNames'> {
  const labels = array && labelsFromArray(array, name)
  if (!labels || classNames) return { labels, classNames }
  const found = [...new Set(labels)].sort((a, b) => a - b)
  if (found.every((label, i) => label === i)) return { labels }
  const numbers = new Map(found.map((label, i) => [label, i]))
  return { labels: labels.map((label) => numbers.get(label)!), classNames: found.map(String) }
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
function channelsFirst(array: NdArray, isImages: boolean): NdArray {
  const [n, height, width, channels] = array.shape as [number, number, number, number]
  if (array.shape.length !== 4) return array
  const isLast = (channels <= 4 && height > 4) || (isImages && height === width && channels < height)
  if (!isLast) return array
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
