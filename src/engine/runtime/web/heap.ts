/** The runtime's memory: pieces of it, texts and numbers in it, and the runtime's own words about errors. */
import type { Allotment, MemoryRoom } from '../../simd/room.ts'
import type { TypedArray } from '../session.ts'
import type { HeapFunctions, HeapModule } from './heap-module.ts'
import { memoryError } from './web-error.ts'

/** The memory of a module. */
export interface Heap {
  readonly functions: HeapFunctions
  readonly room: MemoryRoom
  /** A piece of so many bytes. @throws TweedieError `device` if there is no memory left */
  take(bytes: number): number
  free(at: number): void
  /** A text, ended by a zero. */
  text(value: string): number
  /** Numbers of 32 bits: addresses, or sizes. */
  numbers(values: readonly number[]): number
  /** Bytes of the memory, for as long as it does not grow. */
  bytes(at: number, length: number): Uint8Array
  /** Where an array lies, if it lies in this memory. */
  placeOf(data: TypedArray): number | undefined
  /** What the runtime says about the last error. */
  lastError(): Error
}

/** Arrays begin at multiples of so many bytes: a line of the cache. */
const unit = 64

export function heapOf({ functions, memory }: HeapModule): Heap {
  /** The buffers of {@link MemoryRoom.allot}. */
  const allotted = new WeakSet<ArrayBufferLike>()
  // An address is freed when its buffer is unreachable; nobody could tell otherwise, since views outlive whoever made them.
  const unused = new FinalizationRegistry<number>((at) => functions._free(at))

  const heap: Heap = {
    functions,
    take(bytes) {
      const at = functions._malloc(Math.max(1, bytes))
      if (at === 0) throw memoryError(`a piece of ${Math.ceil(bytes / 2 ** 20)} MiB`)
      return at
    },
    free: (at) => functions._free(at),
    text(value) {
      const size = functions.lengthBytesUTF8(value) + 1
      const at = heap.take(size)
      functions.stringToUTF8(value, at, size)
      return at
    },
    numbers(values) {
      const at = heap.take(4 * values.length)
      new Int32Array(memory.buffer, at, values.length).set(values)
      return at
    },
    bytes: (at, length) => new Uint8Array(memory.buffer, at, length),
    placeOf: (data) => (allotted.has(data.buffer) || data.buffer === memory.buffer ? data.byteOffset : undefined),
    lastError() {
      const at = heap.take(8)
      functions._OrtGetLastError(at, at + 4)
      const message = functions.getValue(at + 4, '*')
      const error = new Error(message === 0 ? 'no reason is given' : functions.UTF8ToString(message))
      heap.free(at)
      return error
    },
    room: {
      memory,
      allot(bytes): Allotment | undefined {
        const at = functions._malloc(bytes + unit)
        if (at === 0) return undefined
        // A grown memory has a new buffer object over the same bytes; soon these arrays are the only ones that refer to it.
        const before = memory.buffer
        growByPage(memory)
        const { buffer } = memory
        if (buffer !== before) unused.register(buffer, at)
        allotted.add(buffer)
        return { buffer, at: Math.ceil(at / unit) * unit }
      },
    },
  }
  return heap
}

/** Pages that the runtime then takes for itself when it needs more. */
function growByPage(memory: WebAssembly.Memory): void {
  try {
    memory.grow(1)
  } catch {
    // As large as it may be: what is allotted now stays.
  }
}
