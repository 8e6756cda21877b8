/**
 * ONNX Runtime's WebAssembly module itself, without the JavaScript around it: its functions take addresses in its memory, so
 * arrays that lie there are not copied.
 */
import { TweedieError } from '../../../errors.ts'
import type { HeapFactory } from './ort-module.ts'
import { loadWasm } from './wasm-file.ts'

/** The functions of the module that are used. Handles, names, arrays and results are addresses; 0 is none. */
export interface HeapFunctions {
  _malloc(bytes: number): number
  _free(at: number): void
  getValue(at: number, type: '*' | 'i32'): number
  setValue(at: number, value: number, type: '*' | 'i32'): void
  UTF8ToString(at: number): string
  stringToUTF8(text: string, at: number, bytes: number): void
  lengthBytesUTF8(text: string): number
  _OrtInit(threads: number, logLevel: number): number
  _OrtGetLastError(code: number, message: number): number
  _OrtCreateSessionOptions(
    optimization: number,
    arena: boolean,
    memoryPattern: boolean,
    executionMode: number,
    profiling: boolean,
    profilePrefix: number,
    logId: number,
    logSeverity: number,
    logVerbosity: number,
    saveTo: number,
  ): number
  _OrtAddSessionConfigEntry(options: number, key: number, value: number): number
  _OrtReleaseSessionOptions(options: number): number
  _OrtCreateSession(model: number, bytes: number, options: number): number | Promise<number>
  _OrtReleaseSession(session: number): number
  _OrtCreateTensor(type: number, data: number, bytes: number, dims: number, rank: number, location: number): number
  _OrtReleaseTensor(tensor: number): number
  _OrtRun(
    session: number,
    inputNames: number,
    inputs: number,
    inputCount: number,
    outputNames: number,
    outputCount: number,
    outputs: number,
    options: number,
  ): number | Promise<number>
}

/** The module and its memory. */
export interface HeapModule {
  readonly functions: HeapFunctions
  readonly memory: WebAssembly.Memory
}

const files = { mjs: 'ort-wasm-simd-threaded.mjs', wasm: 'ort-wasm-simd-threaded.wasm' } as const

/** Levels of the runtime's log: only what ends it. */
const fatal = 4

/**
 * Loads the module.
 *
 * @param folder of its two files, with a slash at the end
 * @param factory if it is loaded already
 * @throws TweedieError `device` if a file is missing or is something else
 */
export async function loadHeap(folder: string, threads: number, factory?: HeapFactory): Promise<HeapModule> {
  const [make, wasm] = await Promise.all([
    factory ?? importFactory(`${folder}${files.mjs}`),
    loadWasm(folder + files.wasm),
  ])
  let memory: WebAssembly.Memory | undefined
  const functions = (await make({
    numThreads: threads,
    print: () => {},
    printErr: () => {}, // Errors are thrown; they need not be printed as well.
    instantiateWasm(
      imports: WebAssembly.Imports,
      done: (made: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ) {
      memory = Object.values(imports)
        .flatMap((each) => Object.values(each))
        .find((each) => each instanceof WebAssembly.Memory)
      void WebAssembly.instantiate(wasm, imports).then((made) => done(made, wasm))
      return {}
    },
  })) as HeapFunctions
  if (memory === undefined || typeof functions._OrtRun !== 'function') {
    throw new TweedieError('device', `'${folder}' has files of another onnxruntime-web`, {
      hint: 'tweedie works with version 1.30: take both files from the package that is installed beside it',
    })
  }
  if (functions._OrtInit(threads, fatal) !== 0) {
    throw new TweedieError('device', 'ONNX Runtime does not start', { hint: 'reload the page; try fewer `threads`' })
  }
  return { functions, memory }
}

async function importFactory(url: string): Promise<HeapFactory> {
  try {
    const module = (await import(/* @vite-ignore */ /* webpackIgnore: true */ url)) as { default: HeapFactory }
    return module.default
  } catch (cause) {
    throw new TweedieError('device', `ONNX Runtime does not load from '${url}': ${String(cause)}`, {
      hint: '`assets` is the URL of a folder with the files `ort-wasm-….mjs` and `.wasm` of onnxruntime-web',
      cause,
    })
  }
}
