/** A WebAssembly file from a server, compiled; servers that answer something else are found out. */
import { TweedieError } from '../../../errors.ts'

/** Files that were compiled: several engines of a page share the code. */
const compiled = new Map<string, Promise<WebAssembly.Module>>()

/** @throws TweedieError `device` if there is no such file, or another one */
export async function loadWasm(url: string): Promise<WebAssembly.Module> {
  const loading = compiled.get(url) ?? load(url)
  compiled.set(url, loading)
  loading.catch(() => compiled.delete(url))
  return loading
}

async function load(url: string): Promise<WebAssembly.Module> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw missing(url, String(cause), cause)
  })
  if (!response.ok) throw missing(url, `the server answers ${response.status}`)
  // Compiled while it arrives; browsers keep what they compiled so.
  if (response.headers.get('content-type')?.startsWith('application/wasm')) {
    return await WebAssembly.compileStreaming(response).catch((cause: unknown) => {
      throw unusable(url, cause)
    })
  }
  const bytes = new Uint8Array(await response.arrayBuffer())
  const magic = [0, 0x61, 0x73, 0x6d] // \0asm
  if (magic.some((byte, i) => bytes[i] !== byte)) {
    throw missing(url, `the server answers ${response.headers.get('content-type') ?? 'something else'}`)
  }
  return await WebAssembly.compile(bytes).catch((cause: unknown) => {
    throw unusable(url, cause)
  })
}

function missing(url: string, what: string, cause?: unknown): TweedieError {
  return new TweedieError('device', `ONNX Runtime is not at '${url}': ${what}`, {
    hint: '`assets` is the URL of a folder with the files `ort-wasm-….mjs` and `.wasm` of onnxruntime-web',
    ...(cause !== undefined && { cause }),
  })
}

function unusable(url: string, cause: unknown): TweedieError {
  return new TweedieError('device', `the browser cannot use '${url}': ${String(cause)}`, {
    hint: 'serve the file whole and unchanged; use a current browser',
    cause,
  })
}
