/** Writes items one after another into a file. */
import { closeSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { throwIfAborted } from '../../../../interrupted.ts'
import type { FinishOptions, ItemSink } from '../../item-storage.ts'
import type { StoredItems } from '../../stored-items.ts'
import { itemReader } from './item-reader.ts'

/** Bytes that are written at once. */
const bufferBytes = 2 ** 21

/** The items of a file as they were written. */
export interface WrittenItems {
  readonly places: Uint32Array
  readonly checks: Uint32Array
}

/**
 * A sink that writes to a file.
 *
 * @param cannot makes the error for one of the system
 * @param onDone is told where the items are
 */
export function itemWriter(
  path: string,
  cannot: (cause: unknown) => Error,
  onDone: (items: WrittenItems) => void,
): ItemSink {
  const out = fileOf(path, cannot)
  return {
    append: (values) => out.append(values),
    async finish(records, options = {}) {
      out.close()
      const whole = isEven(out.sizes) && !options.convert ? out : await rewritten(path, out, records, options, cannot)
      const places = whole === out ? records : Uint32Array.from(records.keys())
      const checks = Uint32Array.from(places, (place) => whole.checks[place]!)
      onDone({ places, checks })
      const itemBytes = whole.sizes[0] ?? 0
      return itemReader({ path, type: whole.type(), itemBytes, places, checks })
    },
  }
}

const isEven = (sizes: readonly number[]): boolean => sizes.every((size) => size === sizes[0])

/** Writes the records anew, each as an item, in the order of the items. */
async function rewritten(
  path: string,
  from: RecordFile,
  records: Uint32Array,
  { convert = (values) => values, signal }: FinishOptions,
  cannot: (cause: unknown) => Error,
): Promise<RecordFile> {
  let total = 0
  const ends = from.sizes.map((size) => (total += size))
  const [file, beside] = [openSync(path, 'r'), `${path}.even`]
  const out = fileOf(beside, cannot)
  try {
    for (const [place, record] of records.entries()) {
      if (place % 256 === 0) {
        await setImmediate()
        throwIfAborted(signal)
      }
      const bytes = new Uint8Array(from.sizes[record]!)
      readSync(file, bytes, 0, bytes.length, ends[record]! - bytes.length)
      out.append(convert(from.type() === 'uint8' ? bytes : new Float32Array(bytes.buffer), place))
    }
    out.close()
  } catch (error) {
    out.close()
    rmSync(beside, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
  renameSync(beside, path)
  return out
}

/** A file that grows. */
interface RecordFile {
  append(values: Uint8Array | Float32Array): number
  close(): void
  type(): StoredItems['type']
  readonly sizes: number[]
  readonly checks: number[]
}

function fileOf(path: string, cannot: (cause: unknown) => Error): RecordFile {
  const attempt = <T>(work: () => T): T => {
    try {
      return work()
    } catch (cause) {
      throw cannot(cause)
    }
  }
  const file = attempt(() => openSync(path, 'wx', 0o600))
  const buffer = new Uint8Array(bufferBytes)
  const [sizes, checks]: [number[], number[]] = [[], []]
  let used = 0
  let type: StoredItems['type'] = 'uint8'
  let isOpen = true
  const write = (bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length;) at += attempt(() => writeSync(file, bytes, at))
  }
  const flush = (): void => {
    write(buffer.subarray(0, used))
    used = 0
  }
  return {
    append(values) {
      type = values instanceof Uint8Array ? 'uint8' : 'float32'
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      if (used + bytes.length > buffer.length) flush()
      if (bytes.length > buffer.length) write(bytes)
      else {
        buffer.set(bytes, used)
        used += bytes.length
      }
      checks.push(crc32(bytes))
      return sizes.push(bytes.length) - 1
    },
    close() {
      if (!isOpen) return
      isOpen = false
      try {
        flush()
      } finally {
        closeSync(file)
      }
    },
    type: () => type,
    sizes,
    checks,
  }
}
