/** Items of equal size in one file, read at their places. */
import { closeSync, openSync, read as readLater, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { TweedieError } from '../../../../errors.ts'
import type { StoredItems } from '../../stored-items.ts'

/** A file of items. */
export interface ItemFile {
  readonly path: string
  readonly type: StoredItems['type']
  readonly itemBytes: number
  /** Of each item: which record of the file it is. */
  readonly places: Uint32Array
  /** Of each item: the CRC-32 of its bytes. */
  readonly checks: Uint32Array
  /** Called when an item is found damaged, before the error. */
  readonly onDamage?: (() => void) | undefined
}

/** Batches that may be read ahead at a time: the one that is used, and two more. */
const batchesAhead = 3
/** What is read at once where items are read one after another. */
const blockBytes = 2 ** 20

interface Batch {
  /** Of each record that is or will be there: its number in this batch. */
  readonly at: Map<number, number>
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly ready: Uint8Array
  /** Reads that have not ended. */
  pending: number
}

let waitedInAll = 0

/** Milliseconds that this process has waited for items that were not read ahead. */
export const waitedForDisk = (): number => waitedInAll

const closing = new FinalizationRegistry<number>((file) => closeSync(file))

/**
 * Reads a file of items. The file stays open until nobody refers to them any more.
 *
 * @throws the system's error where the file cannot be opened
 */
export function itemReader({ path, type, itemBytes, places, checks, onDamage }: ItemFile): StoredItems {
  const file = openSync(path, 'r')
  const batches: (Batch | undefined)[] = Array.from({ length: batchesAhead }, () => undefined)
  const block = { first: 0, count: 0, bytes: new Uint8Array(0) }
  let [turn, last] = [0, -2]

  const cannot = (problem: string, cause?: unknown): TweedieError =>
    new TweedieError('data', `${path}: ${problem}`, {
      hint: 'the same command prepares the data anew; a run goes on by `resume`',
      cause,
    })

  const readNow = (place: number): Uint8Array => {
    const most = Math.max(1, Math.floor(blockBytes / itemBytes))
    const wanted = place === last + 1 ? most : 1
    if (block.bytes.length < wanted * itemBytes) block.bytes = new Uint8Array(wanted * itemBytes)
    const began = performance.now()
    try {
      const bytes = readSync(file, block.bytes, 0, wanted * itemBytes, place * itemBytes)
      block.first = place
      block.count = Math.floor(bytes / itemBytes)
    } catch (cause) {
      throw cannot(`cannot be read (${(cause as Error).message})`, cause)
    }
    waitedInAll += performance.now() - began
    if (block.count === 0) throw cannot('is cut off')
    return block.bytes.subarray(0, itemBytes)
  }

  const bytesOf = (place: number): Uint8Array => {
    for (const batch of batches) {
      const at = batch?.at.get(place)
      if (at !== undefined && batch!.ready[at]) return batch!.bytes.subarray(at * itemBytes, (at + 1) * itemBytes)
    }
    const inBlock = place - block.first
    if (inBlock >= 0 && inBlock < block.count) {
      return block.bytes.subarray(inBlock * itemBytes, (inBlock + 1) * itemBytes)
    }
    return readNow(place)
  }

  const items: StoredItems = Object.freeze<StoredItems>({
    place: path,
    type,
    itemBytes,
    read(index, out) {
      const place = places[index]!
      const bytes = bytesOf(place)
      last = place
      if (crc32(bytes) !== checks[index]) {
        onDamage?.()
        throw cannot(`item ${index} is damaged`)
      }
      out.set(type === 'uint8' ? bytes : new Float32Array(bytes.buffer, bytes.byteOffset, itemBytes / 4))
    },
    ahead(indices) {
      const wanted = [...new Set(Array.from(indices, (index) => places[index]!))]
      const before = batches[turn % batchesAhead]
      // memory that is still being read into is left alone
      const isFree = before?.pending === 0 && before.bytes.length === wanted.length * itemBytes
      const batch: Batch = {
        at: new Map(wanted.map((place, i) => [place, i])),
        bytes: isFree ? before.bytes : new Uint8Array(wanted.length * itemBytes),
        ready: new Uint8Array(wanted.length),
        pending: wanted.length,
      }
      batches[turn++ % batchesAhead] = batch
      for (const [place, i] of batch.at) {
        // `items` is named, so that the file stays open until this is done
        readLater(file, batch.bytes, i * itemBytes, itemBytes, place * itemBytes, (error, bytes) => {
          batch.pending--
          if (!error && bytes === items.itemBytes) batch.ready[i] = 1
        })
      }
    },
    checks: () => checks,
  })
  closing.register(items, file)
  return items
}
