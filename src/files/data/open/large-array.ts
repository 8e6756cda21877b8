/** Arrays that are too large for memory: read in pieces, and their items written to disk as they would be in memory. */
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import { type Affine, type ArrayDataset, itemSize } from '../dataset.ts'
import type { NpyHeader } from '../formats/npy.ts'
import { binaryText, classesOf, datasetFromArray } from '../from-array.ts'
import type { ItemStorage } from '../item-storage.ts'
import { decodeArray, elementTypes } from '../nd-array.ts'
import { piecesOf, storedDataset } from '../stored-dataset.ts'

/** An array of a file, before its elements are read. */
export interface ArrayFile extends NpyHeader {
  /** The bytes of the elements, from the first on, in pieces of any size. */
  elements(): AsyncIterable<Uint8Array>
  /** How many there are at the most, as the file's size or its directory says: no memory is taken for more. */
  readonly bytes: number
}

/** How it is read. */
export interface LargeArrayOptions {
  readonly storage: ItemStorage
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

type ArrayOptions = Parameters<typeof datasetFromArray>[1]

/** Bytes of elements that become items at a time. */
const portionBytes = 2 ** 22

/**
 * The data set of an array, with its items on disk; undefined where they are to be in memory.
 *
 * @param how as `datasetFromArray` takes it
 * @throws TweedieError `data` for what can only be read as a whole: Fortran order, videos, clouds; and as `datasetFromArray`
 */
export async function largeArray(
  file: ArrayFile,
  how: ArrayOptions,
  { storage, signal, onProgress }: LargeArrayOptions,
): Promise<ArrayDataset | undefined> {
  const { name } = how
  const { type, shape, fortran, littleEndian } = file
  const [count = 0, ...item] = shape
  const values = itemSize(shape)
  const isBytes = elementTypes[type] === Uint8Array
  const itemBytes = itemSize(item) * elementTypes[type].BYTES_PER_ELEMENT
  if (!(values > 0) || !Number.isSafeInteger(values * 8)) return undefined
  const { BYTES_PER_ELEMENT: width } = elementTypes[type]
  if (values * width > file.bytes) throw cutOff(name, shape, Math.floor(file.bytes / itemBytes))
  const sink = await storage.begin({
    memory: values * (isBytes ? 1 : width + 4),
    disk: values * (isBytes ? 1 : 4),
  })
  if (!sink) return undefined
  if (fortran) throw whole(name, 'an array in Fortran order', 'save it in C order: numpy.ascontiguousarray(array)')

  const most = Math.max(1, Math.floor(portionBytes / itemBytes))
  let first: ArrayDataset | undefined
  let done = 0
  const known = { least: Infinity, most: -Infinity }
  const columns = item.length === 0 ? 1 : itemSize(item)
  const mean = Array.from({ length: columns }, () => 0)
  for await (const bytes of portions(file.elements(), itemBytes, most)) {
    throwIfAborted(signal)
    const some = bytes.length / itemBytes
    const array = decodeArray('npy file', bytes, [some, ...item], type, littleEndian)
    requireFinite(name, array.data, columns, done)
    const part = datasetFromArray(array, { ...how, labels: undefined, classNames: undefined, whole: shape })
    first ??= part
    if (part.kind === 'video' || part.kind === 'cloud') throw whole(name, 'an array of videos or clouds')
    const size = itemSize(part.shape)
    for (let i = 0; i < some; i++) sink.append(part.data.subarray(i * size, (i + 1) * size))
    // bytes are looked at until one shows that they are not black and white
    const [least, greatest] = part.data instanceof Uint8Array ? bounds(part.data, known.most) : part.range
    known.least = Math.min(known.least, least)
    known.most = Math.max(known.most, greatest)
    // as `standardise` adds them up, so that the result is the same to the bit
    if (part.kind === 'points') part.data.forEach((value, i) => (mean[i % columns]! += value / count))
    done += some
    onProgress?.(done, count)
  }
  if (first === undefined || done < count) throw cutOff(name, shape, done)
  const stored = await sink.finish(
    Uint32Array.from({ length: count }, (_, i) => i),
    { signal },
  )
  const { kind, range: _, affine: __, remarks: said, data: ___, ...facts } = first
  const isBinary = kind === 'image' && isBytes && known.most === 1
  const remarks = [...(said ?? []).filter((each) => each !== binaryText), ...(isBinary ? [binaryText] : [])]
  const areBytes = stored.type === 'uint8'
  const range = areBytes ? ([0, isBinary ? 1 : 255] as const) : ([known.least, known.most] as const)
  const parts = {
    ...facts,
    kind,
    range,
    ...(remarks.length > 0 && { remarks }),
    ...classesOf(how),
    length: count,
    stored,
  }
  const dataset = storedDataset(parts)
  return kind === 'points' ? storedDataset({ ...parts, affine: deviations(dataset, mean) }) : dataset
}

/** 0, and the greatest of bytes as far as it matters whether that is above 1. */
function bounds(bytes: Uint8Array, before: number): readonly [number, number] {
  if (before > 1 || bytes.some((value) => value > 1)) return [0, 2]
  return [0, bytes.includes(1) ? 1 : 0]
}

/** The affine map of points with these means, as `standardise` has it. */
function deviations(dataset: ArrayDataset, mean: readonly number[]): Affine {
  const columns = mean.length
  const scale = mean.map(() => 0)
  for (const piece of piecesOf(dataset)) {
    piece.forEach((value, i) => (scale[i % columns]! += (value - mean[i % columns]!) ** 2 / dataset.length))
  }
  return { shift: mean, scale: scale.map((variance) => Math.sqrt(variance) || 1) }
}

/** Pieces of any size → portions of whole items, at most so many. */
async function* portions(
  pieces: AsyncIterable<Uint8Array>,
  itemBytes: number,
  most: number,
): AsyncGenerator<Uint8Array> {
  const portion = new Uint8Array(most * itemBytes)
  let used = 0
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const now = Math.min(piece.length - at, portion.length - used)
      portion.set(piece.subarray(at, at + now), used)
      at += now
      used += now
      if (used < portion.length) continue
      yield portion
      used = 0
    }
  }
  const left = Math.floor(used / itemBytes) * itemBytes
  if (left > 0) yield portion.subarray(0, left)
}

function requireFinite(name: string, data: ArrayLike<number | bigint>, size: number, before: number): void {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return
  const wrong = data.findIndex((value) => !Number.isFinite(Math.fround(value)))
  if (wrong < 0) return
  const at = before + Math.floor(wrong / size)
  throw new TweedieError('data', `${name}: item ${at} holds ${Math.fround(data[wrong]!)} (as a 32-bit float)`, {
    hint: 'remove or replace values that are not finite before training',
  })
}

function whole(
  name: string,
  what: string,
  hint = '`inMemory: true` reads it into memory, where there is enough',
): Error {
  return new TweedieError('data', `${name}: ${what} is read as a whole, and this one is too large for memory`, { hint })
}

function cutOff(name: string, shape: readonly number[], done: number): TweedieError {
  return new TweedieError('data', `${name}: the header says [${shape.join(', ')}], and only ${done} items follow`, {
    hint: 'is the file cut off?',
  })
}
