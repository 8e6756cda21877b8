/** What `numpy.savez` of many projects writes, as a data set. */
import { TweedieError } from '../../../errors.ts'
import type { ArrayDataset } from '../dataset.ts'
import { npzNames, parseNpz } from '../formats/npz.ts'
import { type ArrayKind, datasetFromArray } from '../from-array.ts'
import type { NdArray } from '../nd-array.ts'
import { defaultMaxBytes } from '../file-tree.ts'
import { withFacts } from '../stored-dataset.ts'
import type { SplitName } from './splits.ts'
import type { WindowWishes } from './video-windows.ts'

/** Which part is read, and how. */
export interface NpzOptions extends WindowWishes {
  readonly split?: SplitName | undefined
  readonly as?: ArrayKind | undefined
  /** Of clouds: how many points are kept, and how. */
  readonly points?: number | undefined
  readonly evenly?: boolean | undefined
  readonly normalise?: 'shape' | 'set' | undefined
  /** Whether there are classes; by default where there are labels. */
  readonly labels?: boolean | undefined
}

/** A file of several arrays. */
export interface ArrayArchive {
  readonly names: readonly string[]
  /**
   * Some of the arrays, by name.
   *
   * @param items which one has the items: of the large ones this reads the shape only
   */
  read(items: string, labels: readonly string[]): Promise<Readonly<Record<string, NdArray | ShapeOnly>>>
  /** The items as a data set. */
  make(
    items: string,
    array: NdArray | ShapeOnly,
    options: Parameters<typeof datasetFromArray>[1],
  ): Promise<ArrayDataset>
}

/** An array whose elements are not in memory. */
export type ShapeOnly = Pick<NdArray, 'shape'>

/** Arrays of an npz file in memory. */
export function npzArchive(bytes: Uint8Array, maxBytes = defaultMaxBytes): ArrayArchive {
  return {
    names: npzNames(bytes),
    read: async (items, labels) => parseNpz(bytes, { only: [items, ...labels], labels, maxBytes }),
    make: async (_, array, options) => datasetFromArray(array as NdArray, options),
  }
}

/**
 * Arrays by the names of many projects: ours, guided-diffusion's `arr_0` and `arr_1`, Keras' `x_train`, MedMNIST's `train_images`.
 *
 * @param beside labels in another file, for arrays that have none
 * @throws TweedieError `data` for a broken file, or one that has none of these arrays
 */
export async function datasetFromNpz(
  archive: ArrayArchive,
  name: string,
  beside: () => Promise<NdArray | undefined>,
  { split = 'train', ...options }: NpzOptions,
): Promise<ArrayDataset> {
  const usual = usualNames(split)
  const present = archive.names
  const [found] = called(usual.values, present)
  if (found === undefined) throw noneOf(usual.values, present)
  const keys = options.labels === false ? [] : called(usual.labels, present)
  const trainKeys = split === 'train' || keys.length === 0 ? [] : called(usualNames('train').labels, present)
  const arrays = await archive.read(found, [...keys, ...trainKeys])
  const items = arrays[found]!
  const labelled =
    keys.map((key) => labelsOf(arrays[key] as NdArray, items.shape[0])).find((each) => each !== undefined) ??
    (keys.length === 0 ? await beside() : undefined)
  const [trained] = trainKeys.map((key) => arrays[key] as NdArray)
  const trainedLabels = trained && labelsOf(trained, trained.shape[0])
  const classes = labelled && trainedLabels && asTrained(labelled, trainedLabels)
  const { frames, frameStride, stride } = options
  const dataset = await archive.make(found, items, {
    ...cloudsAs(options),
    name,
    frames,
    frameStride,
    stride,
    labels: labelled,
    ...classes,
  })
  if (labelled || keys.length === 0) return dataset
  const passed = `${keys.join(', ')} passed over: neither one class nor one row of 0 and 1 for each item`
  return withFacts(dataset, { remarks: [...(dataset.remarks ?? []), passed] })
}

const cloudsAs = ({ as, points, evenly, normalise }: Omit<NpzOptions, 'split'>) => ({ as, points, evenly, normalise })

/** Names that others give to arrays of items and of their classes, split by split, in lower case. */
function usualNames(split: SplitName): { readonly values: readonly string[]; readonly labels: readonly string[] } {
  const prefixes = {
    train: ['train', 'training'],
    validation: ['val', 'valid', 'validation'],
    test: ['test', 'testing'],
  }
  const own = prefixes[split]
  return {
    values: [
      ...(split === 'train' ? ['images', 'x', 'data', 'arr_0'] : []),
      ...own.flatMap((prefix) => [`x_${prefix}`, `${prefix}_images`, `${prefix}_x`, `${prefix}_data`]),
    ],
    labels: [
      ...(split === 'train' ? ['labels', 'y', 'arr_1'] : []),
      ...own.flatMap((prefix) => [`y_${prefix}`, `${prefix}_labels`, `${prefix}_y`]),
    ],
  }
}

/** The arrays that are called so, in any case, in the order of the names. */
function called(names: readonly string[], present: readonly string[]): string[] {
  return names.flatMap((name) => present.filter((each) => each.toLowerCase() === name))
}

function noneOf(wanted: readonly string[], present: readonly string[]): TweedieError {
  const splits = ['train', 'validation', 'test'] as const
  const other = splits.find((split) => called(usualNames(split).values, present).length > 0)
  const shown = `${present.slice(0, 8).join(', ')}${present.length > 8 ? ', …' : ''}`
  return new TweedieError('data', `npz file: none of the arrays ${wanted.join(', ')}; it has ${shown || 'none'}`, {
    hint: other ? `\`split: ${other}\` reads those` : 'numpy.savez(path, images=…, labels=…)',
  })
}

/** Classes numbered as those that are trained on, so that they mean the same in every split; what is not among those comes after them. */
function asTrained(
  own: NdArray,
  trained: NdArray,
): { readonly labels: NdArray; readonly classNames: readonly string[] } | undefined {
  const numbers = ({ data }: NdArray): number[] => Array.from(data as ArrayLike<number | bigint>, Number)
  const rising = (all: readonly number[]): number[] => all.toSorted((a, b) => a - b)
  const here = numbers(own)
  if (here.some((label) => label < 0)) return undefined
  const nameOf = (array: NdArray) => (label: number) => array.names?.[label] ?? String(label)
  const [known, found] = [nameOf(trained), nameOf(own)]
  const classes = [...new Set([...rising(numbers(trained)).map(known), ...rising(here).map(found)])]
  const places = new Map(classes.map((name, i) => [name, i]))
  const data = Int32Array.from(here, (label) => places.get(found(label))!)
  return { labels: { shape: own.shape, data }, classNames: classes }
}

/** One whole number for each of `count` items, as they are or from rows with one 1 among zeros. */
function labelsOf({ shape, data, names }: NdArray, count: number | undefined): NdArray | undefined {
  if (count === undefined || shape[0] !== count) return undefined
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number)
  if (numbers.length === count)
    return numbers.every((value) => Number.isInteger(value)) ? { shape: [count], data, names } : undefined
  const [, width] = shape as [number, number]
  if (shape.length !== 2 || numbers.some((value) => value !== 0 && value !== 1)) return undefined
  const classes = Array.from({ length: count }, (_, i) => numbers.indexOf(1, i * width) - i * width)
  const ones = numbers.reduce((sum, value) => sum + value, 0)
  return ones === count && classes.every((each) => each >= 0 && each < width)
    ? { shape: [count], data: Int32Array.from(classes) }
    : undefined
}
