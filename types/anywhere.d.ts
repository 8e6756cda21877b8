/**
 * What every runtime has that no library of TypeScript declares apart from the DOM's or Node's: the part of it that is used.
 * Rooms that run anywhere are compiled with these names and nothing else (`tsconfig.anywhere.json`).
 */

declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
}

declare class TextDecoder {
  constructor(encoding?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string
}

declare function structuredClone<T>(value: T): T

declare const performance: { now(): number }

declare const crypto: {
  readonly subtle: { digest(algorithm: 'SHA-256', bytes: ArrayBuffer | ArrayBufferView): Promise<ArrayBuffer> }
}

interface AbortSignal {
  addEventListener(event: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(event: 'abort', listener: () => void): void
}

declare class AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}

declare namespace WebAssembly {
  class Memory {
    constructor(size: { initial: number; maximum?: number; shared?: boolean })
    readonly buffer: ArrayBuffer
  }
  // oxlint-disable-next-line typescript/no-extraneous-class -- that is all that is used of it
  class Module {
    constructor(code: ArrayBuffer | ArrayBufferView)
  }
  class Instance {
    constructor(module: Module, imports?: Readonly<Record<string, Readonly<Record<string, unknown>>>>)
    readonly exports: Readonly<Record<string, unknown>>
  }
}

declare function setTimeout(callback: () => void, milliseconds: number): unknown
declare function clearTimeout(timer: unknown): void
