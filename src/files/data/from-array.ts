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
 * | bytes with five axes | videos: see `datasetFromVideos` |
 * | other numbers [N, n, 3] of 32 points and more | clouds [n, 3] |
 * | other numbers, more axes | arrays, channels first |
 *
 * Of four axes, the last is taken for the channels where it has at most 4 entries and the second has more, and where it has fewer
 * than the other two: of bytes always, of other numbers where these two are alike. Bytes that are 0 and 1 only are black and white. `as`
 * decides by hand, and what might have been meant otherwise is said.
 */
import { TweedieError } from '../../errors.ts'
import { fold, key } from '../../engine/random/index.ts'
import { cloudDataset } from './clouds/cloud-dataset.ts'
import { cloudOfMesh } from './clouds/cloud-of-mesh.ts'
import { createDataset, itemSize, type ArrayDataset } from './dataset.ts'
import type { NdArray } from './nd-array.ts'
import { datasetFromVideos } from './from-video-array.ts'
import { pointsDataset } from './points-dataset.ts'
import type { WindowWishes } from './open/video-windows.ts'

/** What is said of bytes that are 0 and 1 only. */
export const binaryText = 'bytes that are 0 and 1 only are taken for black and white'

/** The kind of data in an array. */
export type ArrayKind = 'images' | 'points' | 'clouds' | 'arrays' | 'videos'

/**
 * Makes a data set of an array whose first axis counts the items. Labels that are not 0, 1, 2, … (that begin at 1, or have gaps)
 * are numbered anew, and keep their numbers as names.
 *
 * @param options `as`: the kind of data, if type and shape suggest another; `frames`: of videos, how many an item has @throws TweedieError `data` if there are no
 * items, values are not finite or labels do not fit
 */
export function datasetFromArray(
  array: NdArray,
  options: {
    name: string
    labels?: NdArray | undefined
    classNames?: readonly string[] | undefined
    as?: ArrayKind | undefined
    /** Of clouds: how many points are kept, and how. */
    points?: number | undefined
    evenly?: boolean | undefined
    normalise?: 'shape' | 'set' | undefined
    /** The shape of the whole, of which this array is a part: for remarks. */
    whole?: readonly number[] | undefined
  } & WindowWishes,
): ArrayDataset {
  const { name } = options
  if (array.shape.length === 0) throw new TweedieError('data', `${name}: a single number is no data set`)
  const classes = classesOf(options)
  const { as = options.frames === undefined ? undefined : 'videos', frames, frameStride, stride } = options
  if (as === 'videos' || (as === undefined && array.shape.length === 5 && array.data instanceof Uint8Array)) {
    return datasetFromVideos(array, { name, classes, frames, frameStride, stride })
  }
  const all = { shape: options.whole ?? array.shape }
  const { shape, data } = channelsFirst(array, options.as === 'images' || array.data instanceof Uint8Array)
  const values = (): Float32Array =>
    data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number | bigint>, Number)
  if ((options.as ?? kindOf(shape, data instanceof Uint8Array)) === 'images') {
    const item = shape.length === 3 ? [1, ...shape.slice(1)] : shape.slice(1)
    if (!(data instanceof Uint8Array)) {
      const remarks = [takenFor('numbers', all, 'images', item)]
      return createDataset({ name, kind: 'image', shape: item, data: values(), remarks, ...classes })
    }
    const isBinary = !data.some((value) => value > 1) && data.includes(1)
    const remarks = [...doubtsAbout(all, item), ...(isBinary ? [binaryText] : [])]
    const range = isBinary ? { range: [0, 1] as const } : {}
    const said = remarks.length > 0 ? { remarks } : {}
    return createDataset({ name, kind: 'image', shape: item, data, ...range, ...said, ...classes })
  }
  const item = shape.length === 1 ? [1] : shape.slice(1)
  if ((options.as ?? kindOf(shape, data instanceof Uint8Array)) === 'clouds') {
    return cloudsOfArray(array, values(), options, classes)
  }
  if (options.as === 'points') return pointsDataset({ name, data: values(), columns: itemSize(item), ...classes })
  if (item.length > 1 || options.as === 'arrays') {
    return createDataset({ name, kind: 'array', shape: item, data: values(), ...classes })
  }
  const isBytes = data instanceof Uint8Array && item[0]! > 1
  const remarks = isBytes ? { remarks: [`${takenFor('bytes', all, 'points', item)}: images are [N, H, W]`] } : {}
  return { ...pointsDataset({ name, data: values(), columns: item[0]!, ...classes }), ...remarks }
}

function takenFor(what: string, { shape }: Pick<NdArray, 'shape'>, kind: ArrayKind, item: readonly number[]): string {
  return `${what} [${shape.join(', ')}] are taken for ${kind} [${item.join(', ')}]`
}

/** What might have been meant otherwise: one picture instead of many, a volume instead of channels. */
function doubtsAbout(array: Pick<NdArray, 'shape'>, item: readonly number[]): string[] {
  const [rows, columns, channels] = array.shape as [number, number, number]
  const isPicture = array.shape.length === 3 && (channels === 3 || channels === 4) && Math.min(rows, columns) >= 8
  if (isPicture) return [`${takenFor('bytes', array, 'images', item)}: one picture in colour needs an axis in front`]
  return item[0]! > 4 ? [takenFor('bytes', array, 'images', item)] : []
}

/** Rows of three numbers are points of a cloud where there are so many, and otherwise an array. */
const leastOfCloud = 32

/** Clouds `[N, n, d]`, thinned if fewer points are asked for. @throws TweedieError `data` for another number of axes, or too few points */
function cloudsOfArray(
  { shape }: NdArray,
  data: Float32Array,
  { name, as, points, evenly, normalise }: Parameters<typeof datasetFromArray>[1],
  classes: Pick<ArrayDataset, 'labels' | 'classNames'>,
): ArrayDataset {
  const [count, own, d] = shape as [number, number, number]
  if (shape.length !== 3 || d > 16) {
    throw new TweedieError('data', `${name}: an array [${shape.join(', ')}] is no [items, points, coordinates]`)
  }
  const kept = points ?? own
  if (kept > own) throw new TweedieError('data', `${name}: clouds of ${own} points, where ${kept} are wanted`)
  const remarks =
    as === undefined ? [`${takenFor('numbers', { shape }, 'clouds', [own, d])}: \`as: arrays\` if they are none`] : []
  const all = new Float32Array(count * kept * d)
  for (let i = 0; i < count; i++) {
    const mesh = {
      points: Float64Array.from(data.subarray(i * own * d, (i + 1) * own * d)),
      coordinates: d,
      triangles: noTriangles,
    }
    all.set(cloudOfMesh(mesh, { points: kept, evenly, normalise }, fold(key(0), 'cloud', i)), i * kept * d)
  }
  return cloudDataset({ name, data: all, points: kept, coordinates: d, remarks, ...classes })
}

const noTriangles = new Uint32Array(0)

/** The kind of data by type and shape. */
function kindOf([_, ...item]: readonly number[], bytes: boolean): ArrayKind {
  if (bytes && (item.length === 2 || item.length === 3)) return 'images'
  if (item.length === 2) {
    const [least, most] = [Math.min(...item), Math.max(...item)]
    if (item[1] === 3 && item[0]! >= leastOfCloud) return 'clouds'
    return least >= 8 && most <= 4 * least ? 'images' : 'arrays'
  }
  if (item.length === 3 && item[0]! <= 4) return 'images'
  return item.length < 2 ? 'points' : 'arrays'
}

/** Classes by labels, numbered anew where they are not 0, 1, 2, …. */
export function classesOf({
  name,
  labels: given,
  classNames,
}: Pick<Parameters<typeof datasetFromArray>[1], 'name' | 'labels' | 'classNames'>): Pick<
  ArrayDataset,
  'labels' | 'classNames'
> {
  const names = given?.names ?? classNames
  if (given && names)
    return {
      labels: Int32Array.from(wholesOf(given, name), (label) => Math.min(label, 0x7fff_ffff)),
      classNames: names,
    }
  if (!given) return { classNames }
  const all = wholesOf(given, name)
  const found = [...new Set(all)].sort((a, b) => a - b)
  if (found.every((label, i) => label === i)) return { labels: Int32Array.from(all) }
  const numbers = new Map(found.map((label, i) => [label, i]))
  return { labels: Int32Array.from(all, (label) => numbers.get(label)!), classNames: found.map(String) }
}

/** Class labels: whole numbers from 0 on, one for each item. */
function wholesOf({ shape, data }: NdArray, name: string): number[] {
  if (shape.length === 0 || itemSize(shape.slice(1)) !== 1) {
    throw new TweedieError('data', `${name}: labels of shape [${shape.join(', ')}], expected one for each item`)
  }
  return Array.from(data as ArrayLike<number | bigint>, (value) => {
    if (Number.isSafeInteger(Number(value)) && Number(value) >= 0) return Number(value)
    throw new TweedieError('data', `${name}: ${value} is no class label: labels are 0, 1, 2, …`, {
      hint: 'number the classes from 0 on, or read the set without labels',
    })
  })
}

/** [N, H, W, C] → [N, C, H, W] where the last axis looks like channels; anything else as it is. */
function channelsFirst(array: NdArray, isImages: boolean): NdArray {
  const [n, height, width, channels] = array.shape as [number, number, number, number]
  if (array.shape.length !== 4) return array
  const isLeast = channels < height && channels < width
  const isLast = (channels <= 4 && height > 4) || (isLeast && (isImages || height === width))
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
