/** The module `onnxruntime-web`: the part of it that is used, and where it comes from. */
import { TweedieError } from '../../../errors.ts'
import { hrefOf } from './means.ts'
import type { UrlLike } from './means.ts'
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

/** Where the module comes from: nowhere given, a bundler or an import map finds it by its name. */
export interface OrtSource {
  /** The module itself, or the URL of one of its `.mjs` files. */
  readonly ort: OrtModule | UrlLike | undefined
  /** The folder of `ort-wasm-….wasm` and `.mjs`; default: where the module itself lies. */
  readonly assets: UrlLike | undefined
}

/** Which build of the runtime: without and with WebGPU, which is twice as large. */
export type OrtBuild = 'wasm' | 'webgpu'

/**
 * Loads the runtime's module and sets what is global in it.
 *
 * @throws TweedieError `device` if it does not load
 */
export async function loadOrt(build: OrtBuild, { ort, assets }: OrtSource, threads: number): Promise<OrtModule> {
  const module = isModule(ort) ? ort : await importOrt(build, ort)
  module.env.wasm.numThreads = threads
  module.env.logLevel = 'fatal' // Errors are thrown; they need not be printed as well.
  if (assets !== undefined) module.env.wasm.wasmPaths = folderOf(assets)
  return module
}

/** The URL of a folder, with a slash at its end. */
export function folderOf(assets: UrlLike): string {
  const href = hrefOf(assets)
  return href.endsWith('/') ? href : `${href}/`
}

function isModule(ort: OrtSource['ort']): ort is OrtModule {
  return typeof ort === 'object' && 'InferenceSession' in ort
}

async function importOrt(build: OrtBuild, url: UrlLike | undefined): Promise<OrtModule> {
  try {
    if (url !== undefined) return (await import(/* @vite-ignore */ /* webpackIgnore: true */ hrefOf(url))) as OrtModule
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
