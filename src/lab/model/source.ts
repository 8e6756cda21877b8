/** Where a model lies, as an address says it: `run:mine`, `kept:glyphs`, or the address of a folder. */
import type { Connection } from '../../app/web/worker/connect.ts'
import { TweedieError } from '../../errors.ts'
import type { RemoteModel } from '../../app/web/worker/remote-model.ts'

/** Where models that were dropped here are kept. */
export const keptFolder = 'lab-models'

export type Source =
  | { readonly kind: 'run'; readonly name: string }
  | { readonly kind: 'kept'; readonly name: string }
  | { readonly kind: 'url'; readonly url: string }

/** Of the text in an address. */
export function parseSource(text: string): Source {
  const [, kind, name] = /^(run|kept):(.+)$/.exec(text) ?? []
  if (kind === undefined) return { kind: 'url', url: text }
  return { kind: kind as 'run' | 'kept', name: name! }
}

export function sourceText(source: Source): string {
  return source.kind === 'url' ? source.url : `${source.kind}:${source.name}`
}

/** What a source is called: the last part of a folder's address. */
export function nameOf(source: Source): string {
  if (source.kind !== 'url') return source.name
  const path = source.url
    .split(/[?#]/)[0]!
    .replace(/\/+$/, '')
    .replace(/[./]zip$/, '')
  return path.split('/').at(-1) || source.url
}

/** Opens what a source names. */
export function openSource(
  tweedie: Connection,
  source: Source,
  onProgress: (done: number, total: number) => void,
): Promise<RemoteModel> {
  if (source.kind === 'run') return tweedie.openRun(source.name)
  const options = { onProgress: ({ done, total }: { done: number; total: number }) => onProgress(done, total) }
  if (source.kind === 'kept') return tweedie.open({ opfs: `${keptFolder}/${source.name}` }, options)
  if (isZip(source.url)) return zipAt(source.url).then((zip) => tweedie.open(zip, options))
  return tweedie.open(source.url.endsWith('/') ? source.url : `${source.url}/`, options)
}

/** Whether an address is that of a .zip: a file, or what `tweedie lab` makes of a run. */
export function isZip(url: string): boolean {
  return /[./]zip$/.test(url.split(/[?#]/)[0]!)
}

async function zipAt(url: string): Promise<Blob> {
  const response = await fetch(url)
  if (response.ok) return response.blob()
  throw new TweedieError('model', `${url}: ${response.status} ${response.statusText}`)
}
