/** Threads that train together: sums over shared memory, without messages and without blocking an event loop. */
import { TweedieError } from '../../errors.ts'
import type { Collective } from './collective.ts'

/** Memory that all of them share. */
export interface SharedRoom {
  readonly count: number
  readonly memory: SharedArrayBuffer
}

/** Places in the first words of the memory. */
const [arrived, phase, ended, lengths] = [0, 1, 2, 16]

/** Bytes of the array that go through at a time: few enough to stay in a processor's cache. */
const chunkBytes = 2 ** 20

/** A look or two at the memory before a thread waits: neighbours are a few microseconds apart. */
const looks = 100

const headBytes = (count: number): number => 4 * (lengths + 16 * Math.ceil(count / 16))

/** Memory for so many threads. */
export function sharedRoom(count: number): SharedRoom {
  return { count, memory: new SharedArrayBuffer(headBytes(count) + (count + 1) * chunkBytes) }
}

/**
 * One of the threads. Sums are made in the order of ranks, so that all get the same bits in every run.
 *
 * @param rank from 0 on
 * @example
 * const room = sharedRoom(2) // passed to the other thread, which does the same with rank 1
 * const collective = sharedCollective(room, 0)
 * await collective.sum(gradients)
 */
export function sharedCollective({ count, memory }: SharedRoom, rank: number): Collective {
  const words = new Int32Array(memory, 0, headBytes(count) / 4)
  const place = (index: number): number => headBytes(count) + index * chunkBytes

  /** @throws TweedieError `interrupted` if one of them has failed */
  const requireWhole = (): void => {
    const status = Atomics.load(words, ended)
    if (status !== 0) throw new TweedieError('interrupted', 'another of the threads has failed')
  }
  const meet = async (): Promise<void> => {
    const now = Atomics.load(words, phase)
    requireWhole()
    if (Atomics.add(words, arrived, 1) === count - 1) {
      Atomics.store(words, arrived, 0)
      wake()
      return
    }
    for (let look = 0; look < looks; look++) if (Atomics.load(words, phase) !== now) return requireWhole()
    await changed(words, phase, now)
    requireWhole()
  }
  const wake = (): void => {
    Atomics.add(words, phase, 1)
    Atomics.notify(words, phase)
  }
  return {
    name: 'threads',
    rank,
    count,
    local: count,
    async sum(values) {
      const most = chunkBytes / values.BYTES_PER_ELEMENT
      const isSingle = values instanceof Float32Array
      const viewOf = (index: number): Numbers =>
        isSingle ? new Float32Array(memory, place(index), most) : new Float64Array(memory, place(index), most)
      const parts = Array.from({ length: count }, (_, i) => viewOf(i))
      const total = viewOf(count)
      words[lengths + rank] = values.byteLength
      for (let at = 0; at < values.length || at === 0; at += most) {
        const size = Math.min(most, values.length - at)
        parts[rank]!.set(values.subarray(at, at + size))
        await meet()
        if (at === 0 && words.subarray(lengths, lengths + count).some((each) => each !== values.byteLength)) {
          throw new TweedieError('internal', `${count} threads add arrays of different lengths`)
        }
        add(parts, total, Math.floor((rank * size) / count), Math.floor(((rank + 1) * size) / count))
        await meet()
        values.set(total.subarray(0, size), at)
      }
    },
    abort(status) {
      Atomics.compareExchange(words, ended, 0, status === 0 ? 1 : status)
      wake()
    },
    async close() {},
  }
}

type Numbers = Float32Array | Float64Array

/** The sum of all parts, in their order, from one place to another. */
function add([first, ...others]: readonly Numbers[], total: Numbers, from: number, to: number): void {
  total.set(first!.subarray(from, to), from)
  for (const part of others) for (let i = from; i < to; i++) total[i]! += part[i]!
}

/** Resolves when a word is no longer what it was. */
async function changed(words: Int32Array, index: number, value: number): Promise<void> {
  const { waitAsync } = Atomics as unknown as {
    waitAsync(words: Int32Array, index: number, value: number): { readonly async: boolean; readonly value: unknown }
  }
  const waiting = waitAsync(words, index, value)
  if (waiting.async) await waiting.value
}
