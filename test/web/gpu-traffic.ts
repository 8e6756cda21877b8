/** Counts what goes to the GPU of a page and what comes back, and how many programs it is made to run. */

/** Bytes and calls. */
export interface Traffic {
  /** Bytes of data that were uploaded: buffers written by the queue or filled as they were made, but for those of `settings`. */
  up: number
  /** Bytes of small constants of programs (shapes, strides), in buffers of their own kind. */
  settings: number
  /** Bytes that were mapped for reading. */
  down: number
  /** Waits for the GPU. */
  waits: number
  dispatches: number
}

type Method = (this: unknown, ...args: unknown[]) => unknown

/** Wraps the methods of WebGPU; call before any device is made. */
export function countTraffic(): { take(): Traffic } {
  const zero = (): Traffic => ({ up: 0, settings: 0, down: 0, waits: 0, dispatches: 0 })
  let count = zero()
  const uniform = 64
  const wrap = (type: string, method: string, note: (self: never, args: never, result: never) => void): void => {
    const owner = (globalThis as unknown as Record<string, { prototype: Record<string, Method> }>)[type]!.prototype
    const before = owner[method]!
    owner[method] = function (...args) {
      const result = before.apply(this, args)
      note(this as never, args as never, result as never)
      return result
    }
  }
  const upload = (usage: number, bytes: number): void => {
    if (usage & uniform) count.settings += bytes
    else count.up += bytes
  }
  wrap(
    'GPUQueue',
    'writeBuffer',
    (_, [buffer, , data, from = 0, size]: [{ usage: number }, number, ArrayBufferView, number?, number?]) => {
      const unit = 'BYTES_PER_ELEMENT' in data ? (data as Uint8Array).BYTES_PER_ELEMENT : 1
      upload(buffer.usage, size === undefined ? data.byteLength - from * unit : size * unit)
    },
  )
  wrap(
    'GPUDevice',
    'createBuffer',
    (_, [{ size, usage, mappedAtCreation }]: [{ size: number; usage: number; mappedAtCreation?: boolean }]) => {
      if (mappedAtCreation) upload(usage, size)
    },
  )
  wrap('GPUBuffer', 'mapAsync', (buffer: { size: number }, [mode, from = 0, size]: [number, number?, number?]) => {
    if (mode & 1) count.down += size ?? buffer.size - from
    count.waits++
  })
  wrap('GPUComputePassEncoder', 'dispatchWorkgroups', () => void count.dispatches++)
  wrap('GPUComputePassEncoder', 'dispatchWorkgroupsIndirect', () => void count.dispatches++)
  return {
    take() {
      const taken = count
      count = zero()
      return taken
    },
  }
}
