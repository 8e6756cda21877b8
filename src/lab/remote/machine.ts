/** What `tweedie lab` answers about the runs of its machine. */
import type { LossLine } from '../parts/curves.ts'

export interface ListedRun {
  readonly name: string
  readonly kind: 'run' | 'model'
  readonly data?: string
  readonly busy: boolean
  readonly last?: { readonly step: number; readonly loss: number; readonly seconds: number }
  readonly changed: number
}

export interface Card {
  readonly text?: string
  readonly readme?: string
  readonly problem?: string
}

const base = (): string => new URL('api/', document.baseURI).href

/** The address of a question about a run. The folder that is served is called `.` where it is a run itself. */
export function runUrl(name: string, ...parts: readonly string[]): string {
  return base() + ['run', name === '' ? '~' : name, ...parts].map(encodeURIComponent).join('/')
}

async function asked<T>(url: string): Promise<T> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
  return (await response.json()) as T
}

/** The folder that Node serves; undefined where there is only a server of static files. */
export async function findNode(): Promise<{ readonly folder: string; readonly version: string } | undefined> {
  // Asked for only where it can be: on static hosting a question that fails would be an error in the console.
  if (!document.querySelector('meta[name="tweedie-lab"]')) return undefined
  return asked<{ folder: string; version: string }>(`${base()}lab`)
}

export const listRuns = (): Promise<readonly ListedRun[]> => asked(`${base()}runs`)
export const cardOf = (name: string): Promise<Card> => asked(runUrl(name, 'card'))

/** What is heard of a run that is watched. */
export interface Watcher {
  onLines(lines: readonly LossLine[], anew: boolean): void
  onSamples(names: readonly string[]): void
  onBusy(busy: boolean): void
  /** The connection was lost; true when it is back. */
  onConnection(there: boolean): void
}

/** Watches a run until the function that is returned is called. */
export function watch(name: string, watcher: Watcher): () => void {
  const source = new EventSource(runUrl(name, 'watch'))
  const on = <T>(event: string, take: (data: T) => void): void =>
    source.addEventListener(event, ({ data }: MessageEvent<string>) => take(JSON.parse(data) as T))
  on<{ lines: readonly LossLine[]; anew: boolean }>('log', ({ lines, anew }) => watcher.onLines(lines, anew))
  on<readonly string[]>('samples', (names) => watcher.onSamples(names))
  on<{ busy: boolean }>('state', ({ busy }) => watcher.onBusy(busy))
  source.addEventListener('open', () => watcher.onConnection(true))
  source.addEventListener('error', () => watcher.onConnection(false))
  return () => source.close()
}
