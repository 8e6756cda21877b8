/** Where the runtime comes from: a module that was passed, a URL, the folder of assets, or the package by its name. */
import { TweedieError } from '../../../errors.ts'
import { hrefOf } from './means.ts'
import type { UrlLike } from './means.ts'
import type { HeapFactory, OrtModule } from './ort-module.ts'

/** What was asked for: see `WebEngineOptions`. */
export interface OrtWish {
  readonly assets?: UrlLike
  readonly access?: 'heap' | 'api'
  readonly ort?: OrtModule | { readonly default: HeapFactory } | UrlLike
}

/** The module by its own memory, from a folder; or by its public interface. */
export type OrtSource = (
  | { readonly factory: HeapFactory | undefined; readonly folder: string }
  | { readonly module?: OrtModule; readonly folder?: string }
) & {
  /** An addition to what the engine says, if another access was asked for. */
  readonly why: string
}

/**
 * Chooses between the two accesses.
 *
 * @throws TweedieError `usage` for options that make no sense, `device` if the URL in `ort` does not load
 */
export async function sourceOf(device: 'cpu' | 'webgpu', { assets, access, ort }: OrtWish): Promise<OrtSource> {
  if (access !== undefined && access !== 'heap' && access !== 'api') {
    throw new TweedieError('usage', `\`access: '${String(access)}'\`; it is 'heap' or 'api'`)
  }
  const url = isUrl(ort) ? hrefOf(ort) : undefined
  const given = isUrl(ort) ? await importUrl(hrefOf(ort)) : ort
  const factory = factoryOf(given)
  const module = factory === undefined ? (given as OrtModule | undefined) : undefined
  const besides = url === undefined ? undefined : new URL('.', url).href
  const folder = assets === undefined ? besides : folderOf(assets)
  const obstacle =
    device === 'webgpu'
      ? 'WebGPU takes the public interface'
      : module !== undefined
        ? 'the module in `ort` is the public interface'
        : folder === undefined
          ? '`assets` does not say where its files are'
          : undefined
  if (obstacle === undefined && access !== 'api') return { factory, folder: folder!, why: '' }
  if (factory !== undefined) {
    throw new TweedieError('usage', "`ort` is the bare module, which `access: 'heap'` on the CPU takes", {
      hint: "leave it out, or pass 'onnxruntime-web' itself",
    })
  }
  return {
    ...(module && { module }),
    ...(folder !== undefined && { folder }),
    why: access === 'heap' ? `, by copies, since ${obstacle}` : '',
  }
}

const isUrl = (ort: OrtWish['ort']): ort is UrlLike =>
  typeof ort === 'string' || (typeof ort === 'object' && 'href' in ort && typeof ort.href === 'string')

async function importUrl(url: string): Promise<object> {
  return (await import(/* @vite-ignore */ /* webpackIgnore: true */ url).catch((cause: unknown) => {
    throw new TweedieError('device', `\`ort\` does not load from '${url}': ${String(cause)}`, {
      hint: 'it is the URL of a `.mjs` file of onnxruntime-web',
      cause,
    })
  })) as object
}

/** The factory, if that is what the module has. */
function factoryOf(module: object | undefined): HeapFactory | undefined {
  if (module === undefined || 'InferenceSession' in module || !('default' in module)) return undefined
  return typeof module.default === 'function' ? (module.default as HeapFactory) : undefined
}

/** The URL of a folder, with a slash at its end. */
function folderOf(assets: UrlLike): string {
  const href = hrefOf(assets)
  return href.endsWith('/') ? href : `${href}/`
}
