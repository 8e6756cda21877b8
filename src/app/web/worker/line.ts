/** The two ends of a line on which calls go one way, and replies come back: a `Worker`, a `MessagePort`, or a worker's own scope. */

/** What both ends can do. */
export interface Line {
  postMessage(message: unknown, transfer: Transferable[]): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
  /** Of a worker that does not load. */
  addEventListener(type: 'error', listener: (event: Event) => void): void
  /** Ports begin to deliver. */
  start?(): void
}

/** The buffers of arrays in plain data: they are handed over instead of copied. A shared buffer is not among them. */
export function buffersIn(value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    // A view of a part of a large buffer is copied: the rest belongs to somebody.
    const { buffer, byteLength } = value
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) found.add(buffer)
  } else if (value instanceof Map) {
    for (const each of value.values()) buffersIn(each, found)
  } else if (Array.isArray(value)) {
    for (const each of value) if (typeof each === 'object') buffersIn(each, found)
  } else if (typeof value === 'object' && value !== null) {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) {
      for (const each of Object.values(value)) if (typeof each === 'object') buffersIn(each, found)
    }
  }
  return found
}
