/** The module `onnxruntime-web`: the part of it that is used, and where it comes from. */
import { TweedieError } from '../../../errors.ts'
import type { TensorType, TypedArray } from '../session.ts'

/** A tensor of the runtime. */
export interface OrtTensor {
  readonly dims: readonly number[]
  readonly data: unknown
  dispose(): void
}

/** A session of the runtime. */
export interface OrtSession {
  run(feeds: Readonly<Record<string, OrtTensor>>, fetches: readonly string[]): Promise<Record<string, OrtTensor>>
  release(): Promise<void>
}

/** What is used of `onnxruntime-web`, in any of its builds: `import('onnxruntime-web/wasm')` fits. */
export interface OrtModule {
  readonly env: {
    readonly wasm: { numThreads?: number; wasmPaths?: unknown; simd?: unknown }
    logLevel?: unknown
  }
  readonly InferenceSession: {
    create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<OrtSession>
  }
  readonly Tensor: new (type: TensorType, data: TypedArray, dims: readonly number[]) => OrtTensor
}

/** What makes the bare module: the default export of `ort-wasm-….mjs`. */
export type HeapFactory = (settings: Readonly<Record<string, unknown>>) => Promise<unknown>

/** Which build of the runtime: without and with WebGPU, which is twice as large. */
export type OrtBuild = 'wasm' | 'webgpu'

/**
 * Loads the runtime's module, unless it is there, and sets what is global in it.
 *
 * @param folder of its WebAssembly files; by default that of the module
 * @throws TweedieError `device` if it does not load
 */
export async function loadOrt(
  build: OrtBuild,
  { module, folder }: { readonly module?: OrtModule; readonly folder?: string },
  threads: number,
): Promise<OrtModule> {
  const ort = module ?? (await importOrt(build))
  ort.env.wasm.numThreads = threads
  ort.env.logLevel = 'fatal' // Errors are thrown; they need not be printed as well.
  if (folder !== undefined) ort.env.wasm.wasmPaths = folder
  return ort
}

async function importOrt(build: OrtBuild): Promise<OrtModule> {
  try {
    // Written out, so that bundlers see both and a page loads one.
    const module: unknown =
      build === 'wasm' ? await import('onnxruntime-web/wasm') : await import('onnxruntime-web/webgpu')
    return module as OrtModule
  } catch (cause) {
    throw new TweedieError('device', `onnxruntime-web does not load: ${String(cause)}`, {
      hint: 'install it beside tweedie, name it in the import map, or pass its URL or the module as `ort`',
      cause,
    })
  }
}
