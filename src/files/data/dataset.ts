/**
 * A data set in memory: items of one shape, one after another in one flat array.
 *
 * Networks see data of about unit size, x ∈ [−1, 1] for images. A set therefore carries the affine map between its own
 * values and those of the network, `value = shift + scale · x`: a trained model records it, and samples go back through it.
 */
import { TweedieError } from '../../errors.ts'
import type { FieldFacts } from './fields/facts.ts'
import { namesOfKinds, type ValueKind } from './kinds.ts'
import type { StoredItems } from './stored-items.ts'

/**
 * `value = shift + scale · x`, with x what the network sees. Both arrays have one number for all values, or one for each
 * index of the item's first axis (a channel, or a column of points). Of clouds it may be one for each column: see `affineOf`.
 */
export interface Affine {
  readonly shift: readonly number[]
  readonly scale: readonly number[]
}

/** The facts that convert the values of a data set to a network's values and back. */
export interface DataScale {
  /** what the numbers are: see {@link ValueKind} */
  readonly kind: ValueKind
  /** the shape of one item, channels first: images are [C, H, W], videos and fields [C, T, H, W], single states of fields [C, H, W], points [d], clouds [n, d] */
  readonly shape: readonly number[]
  /** smallest and largest value, mapped to [−1, 1] unless `affine` is set */
  readonly range: readonly [number, number]
  /** the map, if it does not follow from the range: points have the mean and standard deviation of each column, clouds the mean of each column and one scale for all */
  readonly affine?: Affine | undefined
  /** Of videos: frames a second, where that is known */
  readonly frameRate?: number | undefined
}

/** A file that a reader left out, and why. */
export interface SkippedFile {
  readonly file: string
  readonly reason: string
}

/** A data set in memory, or with its items on disk. */
export interface ArrayDataset extends DataScale {
  readonly name: string
  /** number of items */
  readonly length: number
  /**
   * All items, one after another: bytes for pictures, single precision for the others. Of items on disk an error with the code `data`:
   * `loadBatch` and `piecesOf` read both kinds.
   */
  readonly data: Uint8Array | Float32Array
  /** The items, where they lie on disk. */
  readonly stored?: StoredItems | undefined
  /** the class of each item, 0 … classes − 1 */
  readonly labels?: Int32Array | undefined
  readonly classNames?: readonly string[] | undefined
  /** Further conditions of each item, by name, items first: for networks that take them. */
  readonly conditions?: Readonly<Record<string, Float32Array | Int32Array>> | undefined
  /** The captions of each item: one or several texts, or none where it has no caption. */
  readonly captions?: readonly (readonly string[])[] | undefined
  /** Of fields: what their numbers mean. */
  readonly fields?: FieldFacts | undefined
  readonly skipped?: readonly SkippedFile[] | undefined
  /** What was guessed, left out or changed while reading, a sentence each. */
  readonly remarks?: readonly string[] | undefined
}

/**
 * Checks that the parts of a data set fit together, and freezes it. `length` follows from the data, and `range` is
 * measured where it is not given (images: 0 … 255).
 *
 * @throws TweedieError `data` if the set is empty, not finite, or the lengths or labels do not fit
 */
export function createDataset(
  parts: Omit<ArrayDataset, 'length' | 'range'> & { range?: readonly [number, number] },
): ArrayDataset {
  const { name, kind, shape, data } = parts
  const size = itemSize(shape)
  if (!(size > 0)) throw new TweedieError('data', `${name}: items of shape [${shape.join(', ')}] are empty`)
  const length = data.length / size
  if (length === 0) throw new TweedieError('data', `${name}: the data set is empty`)
  if (!Number.isInteger(length)) {
    throw new TweedieError('data', `${name}: ${data.length} values are no whole number of [${shape.join(', ')}] items`)
  }
  if (kind !== 'image' && kind !== 'video' && data instanceof Uint8Array) {
    throw new TweedieError('data', `${name}: only images and videos hold bytes, other kinds hold 32-bit floats`)
  }
  checkParts(parts, length)
  const range = parts.range ?? (data instanceof Uint8Array ? ([0, 255] as const) : measureRange(name, data, size))
  return Object.freeze({ ...parts, length, range: Object.freeze([range[0], range[1]] as const) })
}

/** Checks what a data set has besides its values. @throws TweedieError `data` where shapes, labels or captions do not fit */
export function checkParts(parts: Omit<ArrayDataset, 'length' | 'range' | 'data'>, length: number): void {
  const { name, kind, shape, labels, classNames } = parts
  const form = forms[kind]
  const isState = kind === 'fields' && shape.length === 3
  if (form && shape.length !== form.length && !isState) {
    const [wanted, got] = [form.join(', '), shape.join(', ')]
    throw new TweedieError('data', `${name}: ${namesOfKinds[kind]} have the shape [${wanted}], got [${got}]`)
  }
  if (labels) checkLabels(name, labels, length, classNames)
  if (parts.captions && parts.captions.length !== length) {
    throw new TweedieError('data', `${name}: captions of ${parts.captions.length} items for ${length} items`)
  }
}

/** The axes of an item, of kinds that prescribe them. */
const forms: { readonly [Kind in ValueKind]?: readonly string[] } = {
  image: ['C', 'H', 'W'],
  video: ['C', 'T', 'H', 'W'],
  fields: ['C', 'T', 'H', 'W'],
  cloud: ['n', 'd'],
}

/** Number of values in one item. */
export function itemSize(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1)
}

/** Number of classes: the number of names if there are any, else the largest label plus one; 0 without labels. */
export function classCount(dataset: Pick<ArrayDataset, 'labels' | 'classNames'>): number {
  if (dataset.classNames) return dataset.classNames.length
  return dataset.labels ? dataset.labels.reduce((a, b) => Math.max(a, b), -1) + 1 : 0
}

function checkLabels(name: string, labels: Int32Array, length: number, classNames?: readonly string[]) {
  if (labels.length !== length) {
    throw new TweedieError('data', `${name}: ${labels.length} labels for ${length} items`, {
      hint: 'there must be one label for each item: are the two files of the same set?',
    })
  }
  const limit = classNames?.length ?? 0x8000_0000
  const wrong = labels.findIndex((label) => label < 0 || label >= limit)
  if (wrong >= 0) {
    const allowed = classNames ? `0 … ${limit - 1}` : 'zero or more'
    throw new TweedieError('data', `${name}: item ${wrong} has the label ${labels[wrong]}, allowed: ${allowed}`)
  }
}

function measureRange(name: string, data: Float32Array, size: number): [number, number] {
  let min = Infinity
  let max = -Infinity
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!
    if (!Number.isFinite(value)) {
      throw new TweedieError('data', `${name}: item ${Math.floor(i / size)} holds ${value} (as a 32-bit float)`, {
        hint: 'remove or replace values that are not finite before training',
      })
    }
    if (value < min) min = value
    if (value > max) max = value
  }
  return [min, max]
}
