/** Opens files of arrays that are too large for memory. */
import type { ArrayDataset } from '../dataset.ts'
import { defaultMaxBytes, type FileRanges, type FileTree } from '../file-tree.ts'
import { isNpy, npyHeaderBytes, parseNpyHeader, parseNpyLabels } from '../formats/npy.ts'
import { isZip } from '../formats/npz.ts'
import { contentOfEntry, zipEntries } from '../formats/zip-ranges.ts'
import type { ItemStorage } from '../item-storage.ts'
import type { NdArray } from '../nd-array.ts'
import { type OpenDatasetOptions, refuseWishes } from './dataset-options.ts'
import { type ArrayFile, largeArray } from './large-array.ts'
import { type ArrayArchive, datasetFromNpz } from './open-npz.ts'

/**
 * An .npy or .npz file as a data set with its items on disk; undefined where they are to be in memory, or the file is another.
 *
 * @param beside the labels beside it
 * @throws TweedieError `data` for a broken file, and as `largeArray`
 */
export async function openLargeArray(
  tree: FileTree,
  path: string,
  name: string,
  options: OpenDatasetOptions,
  beside: () => Promise<NdArray | undefined>,
): Promise<ArrayDataset | undefined> {
  if (!options.storage || !tree.ranges || !/\.np[yz]$/i.test(path)) return undefined
  let begun = false
  const storage: ItemStorage = {
    async begin(need) {
      // What goes wrong from here on is not to be tried again in memory.
      begun = true
      const sink = await options.storage!.begin(need)
      begun = sink !== undefined
      return sink
    },
  }
  const file = await tree.ranges(path)
  try {
    const first = await file.read(0, npyHeaderBytes)
    if (!isNpy(first) && !isZip(first)) return undefined
    refuseWishes(path, options, ['labelColumn'], 'a table')
    const as = options.points === undefined ? options.as : 'clouds'
    const { frames, frameStride, stride, points, evenly, normalise, signal, onProgress } = options
    const how = { name, as, points, evenly, normalise, frames, frameStride, stride }
    const large = { storage, signal, onProgress }
    if (isNpy(first)) {
      const header = parseNpyHeader(first)
      const elements = (): AsyncIterable<Uint8Array> => rest(file, header.start)
      return await largeArray(
        { ...header, elements, bytes: file.size - header.start },
        { ...how, labels: await beside() },
        large,
      )
    }
    const archive = await largeArchive(file, (array, given) => largeArray(array, given, large))
    return await datasetFromNpz(archive, name, beside, { ...options, as })
  } catch (error) {
    // What reads the whole file says what is wrong with one that is not too large for that.
    if (error === small || (!begun && file.size <= defaultMaxBytes)) return undefined
    throw error
  } finally {
    file.close()
  }
}

/** Thrown where an archive's items are to be in memory after all. */
const small = new Error('the items fit in memory')

type Arguments = Parameters<typeof largeArray>

/** Arrays of an npz file on disk: labels are read, and of the items the header. */
async function largeArchive(
  file: FileRanges,
  make: (array: ArrayFile, options: Arguments[1]) => ReturnType<typeof largeArray>,
): Promise<ArrayArchive> {
  const entries = (await zipEntries(file)).filter(({ name }) => name.endsWith('.npy'))
  const entryOf = (name: string) => entries.find((entry) => entry.name === `${name}.npy`)!
  const whole = async (name: string): Promise<Uint8Array> => {
    const { originalSize } = entryOf(name)
    const bytes = new Uint8Array(originalSize)
    let at = 0
    for await (const piece of contentOfEntry(file, entryOf(name))) {
      bytes.set(piece, at)
      at += piece.length
    }
    return bytes
  }
  const header = async (name: string) => {
    const first = new Uint8Array(npyHeaderBytes)
    let at = 0
    for await (const piece of contentOfEntry(file, entryOf(name))) {
      const some = piece.subarray(0, first.length - at)
      first.set(some, at)
      at += some.length
      if (at === first.length) break
    }
    return parseNpyHeader(first.subarray(0, at))
  }
  return {
    names: entries.map(({ name }) => name.slice(0, -4)),
    async read(items, labels) {
      const read: [string, NdArray | Pick<NdArray, 'shape'>][] = [[items, await header(items)]]
      for (const name of labels) read.push([name, parseNpyLabels(await whole(name))])
      return Object.fromEntries(read)
    },
    async make(items, _, options) {
      const found = await header(items)
      const elements = (): AsyncIterable<Uint8Array> => after(contentOfEntry(file, entryOf(items)), found.start)
      const bytes = entryOf(items).originalSize - found.start
      const made = await make({ ...found, elements, bytes }, options)
      if (made === undefined) throw small
      return made
    },
  }
}

/** The pieces of a file from a place on. */
async function* rest(file: FileRanges, from: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < file.size;) {
    const piece = await file.read(at, 2 ** 20)
    if (piece.length === 0) return
    at += piece.length
    yield piece
  }
}

/** Pieces without the first bytes. */
async function* after(pieces: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes
  for await (const piece of pieces) {
    if (left < piece.length) yield piece.subarray(left)
    left = Math.max(0, left - piece.length)
  }
}
