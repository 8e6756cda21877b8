/** What a page or a worker has for running graphs: vector instructions, shared memory, cores, a GPU. */
import { TweedieError } from '../../../errors.ts'
import type { Device } from '../session.ts'

/** A URL, as text or as an object of the class `URL`. */
export type UrlLike = string | { readonly href: string }

/** The text of a URL, complete: relative ones start at the page. */
export function hrefOf(url: UrlLike): string {
  const text = typeof url === 'string' ? url : url.href
  const base = (globalThis as { location?: { href: string } }).location?.href
  try {
    return new URL(text, base).href
  } catch (cause) {
    throw new TweedieError('usage', `\`assets\`: '${text}' is not a URL`, { cause })
  }
}

/** A module with one vector constant: engines without 128-bit vectors refuse it. */
const withVector = Uint8Array.from(
  [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // \0asm, version 1
    [1, 4, 1, 0x60, 0, 0], // one type: () → ()
    [3, 2, 1, 0], // one function of it
    [10, 23, 1, 21, 0, 0xfd, 12, ...Array.from({ length: 16 }, () => 0), 0x1a, 0x0b], // v128.const 0; drop
  ].flat(),
)

/** @throws TweedieError `device` where WebAssembly or its vector instructions are missing */
export function requireWasm(): void {
  if (typeof WebAssembly !== 'object') {
    throw new TweedieError('device', 'this browser has no WebAssembly', {
      hint: 'use a current one; some forbid WebAssembly in their strictest mode',
    })
  }
  if (!WebAssembly.validate(withVector)) {
    throw new TweedieError('device', "this browser's WebAssembly has no vector instructions (SIMD)", {
      hint: 'use Chrome 91, Firefox 89, Safari 16.4 or later',
    })
  }
}

/** How many threads there will be, and why. */
export interface Threads {
  readonly threads: number
  /** Whether the page is cross-origin isolated: only then may threads share memory. */
  readonly isolated: boolean
  /** For pages to show: `2 threads`, or why only one. */
  readonly why: string
}

/** Most threads that are taken unasked: more help little on the sizes that fit a page. */
const mostThreads = 4

/**
 * Threads of the runtime: as many as asked for, else all cores but one, up to four; one where the page is not isolated.
 *
 * @throws TweedieError `usage` for a number of threads that makes no sense
 */
export function threadsHere(wanted: number | undefined): Threads {
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted >= 1 && wanted <= 64)) {
    throw new TweedieError('usage', `\`threads: ${wanted}\`; it is a whole number from 1 to 64`)
  }
  // A browser says; Node, where tests run, always shares.
  const isolated = globalThis.crossOriginIsolated ?? typeof SharedArrayBuffer === 'function'
  if (!isolated) {
    const why = 'one thread, since the page is not cross-origin isolated (it needs the headers COOP and COEP)'
    return { threads: 1, isolated, why }
  }
  const cores = globalThis.navigator?.hardwareConcurrency ?? 1
  const threads = wanted ?? Math.max(1, Math.min(mostThreads, cores - 1))
  return { threads, isolated, why: threads === 1 ? 'one thread' : `${threads} threads` }
}

/** The device to use, and why. */
export interface Chosen {
  readonly device: 'cpu' | 'webgpu'
  readonly why: string
}

/** The part of WebGPU's interface that is asked. */
interface Gpu {
  requestAdapter(): Promise<{ readonly info?: { readonly isFallbackAdapter?: boolean } } | null>
}

/**
 * Chooses the device: a GPU where there is a real one, the CPU otherwise; a software adapter is slower than WebAssembly,
 * so only who asks for `webgpu` gets it.
 *
 * @throws TweedieError `device` if WebGPU is asked for and missing, `usage` for another device
 */
export async function chooseDevice(wanted: Device): Promise<Chosen> {
  if (wanted === 'cpu') return { device: 'cpu', why: 'WebAssembly, as asked' }
  if (wanted !== 'auto' && wanted !== 'webgpu') {
    throw new TweedieError('usage', `\`device: '${wanted}'\` is not one of a browser`, {
      hint: "use 'auto', 'cpu' or 'webgpu'",
    })
  }
  const gpu = (globalThis.navigator as { gpu?: Gpu } | undefined)?.gpu
  const adapter = await gpu?.requestAdapter().catch(() => null)
  const missing = gpu === undefined ? 'the browser has no WebGPU here' : 'WebGPU finds no adapter'
  if (wanted === 'webgpu') {
    if (!adapter) throw new TweedieError('device', missing, { hint: "use the device 'auto' or 'cpu'" })
    return { device: 'webgpu', why: 'WebGPU, as asked' }
  }
  if (!adapter) return { device: 'cpu', why: `WebAssembly, since ${missing}` }
  if (adapter.info?.isFallbackAdapter) {
    return { device: 'cpu', why: 'WebAssembly, since the only adapter of WebGPU is made of software' }
  }
  return { device: 'webgpu', why: 'WebGPU, since there is an adapter' }
}
