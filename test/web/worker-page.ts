/** What a page of the tests does with a worker: functions that the test calls through the browser. */
import { connect, type Connection } from '../../src/app/web/worker/connect.ts'
import type { KeptRun, RunEvent } from '../../src/app/web/worker/protocol.ts'
import type { RemoteRun } from '../../src/app/web/worker/remote-run.ts'
import { modelFolderZip, saveModelFolder } from '../../src/files/io/web/index.ts'

/** A failure as the test sees it. */
export interface Failure {
  readonly code: string
  readonly message: string
  readonly hint: string | undefined
}

const worker = new URLSearchParams(location.search).get('worker') ?? '/worker.js'
export const tweedie: Connection = connect(new Worker(worker, { type: 'module' }), {
  engine: { assets: '/ort/', device: 'cpu', threads: 1 },
})

const options = { model: 'values', widths: [16, 16], batch: 32, seed: 1, items: 500, steps: 30 }

/** The weights of a run's model, to be compared. */
function weightsOf(files: ReadonlyMap<string, Uint8Array>): number[] {
  const name = [...files.keys()].find((path) => path.endsWith('.safetensors') && path.includes('/'))!
  return [...files.get(name)!]
}

const failure = (error: unknown): Failure => {
  const { code, message, hint } = error as Failure
  return { code, message, hint }
}

export const doings = {
  engine: () => tweedie.engine(),
  /** Opens a folder by its URL and draws. */
  async draw(url: string, request: Record<string, unknown>, how: Record<string, unknown> = {}) {
    try {
      using model = await tweedie.open(url, how)
      const { values, pictures, shape } = await model.draw(request)
      return {
        values: [...(values.data as Float32Array)],
        shape,
        pictures: pictures.length,
        remarks: model.facts.remarks,
      }
    } catch (error) {
      return failure(error)
    }
  },
  /** Trains under a name, to the end or `until` a step, where the run waits. */
  async train(name: string, until?: number, more: Record<string, unknown> = {}) {
    const run = tweedie.train({
      data: 'moons',
      options: { ...options, ...more },
      name,
      checkpointEvery: 10,
      paused: until !== undefined,
    })
    return followed(run, until)
  },
  resume: (name: string, more: Record<string, unknown> = {}) =>
    followed(tweedie.resume(name, { options: more }), undefined),
  /** As if the user went to another tab. */
  hide() {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden' })
    document.dispatchEvent(new Event('visibilitychange'))
  },
  runs: (): Promise<readonly KeptRun[]> => tweedie.runs(),
  async forget(name: string) {
    return tweedie.forget(name).then(() => undefined, failure)
  },
  async runFiles(name: string) {
    return Array.from(await tweedie.runFiles(name), ([path, bytes]) => [path, [...bytes]] as const)
  },
  /** Saves a model everywhere, and opens it from there. */
  async saved(url: string) {
    using model = await tweedie.open(url)
    const files = await model.folder()
    await saveModelFolder({ opfs: 'models/mine' }, files)
    await saveModelFolder({ indexedDb: 'mine' }, files)
    const root = await navigator.storage.getDirectory()
    const handle = await root.getDirectoryHandle('picked', { create: true })
    await saveModelFolder(handle, files)
    const zip = modelFolderZip('mine', files)
    const list = Array.from(files, ([path, bytes]) => ({
      path: `mine/${path}`,
      file: new File([bytes as Uint8Array<ArrayBuffer>], path),
    }))
    const drawn: number[][] = []
    for (const source of [files, { opfs: 'models/mine' }, { indexedDb: 'mine' }, handle, zip, list]) {
      using other = await tweedie.open(source)
      drawn.push([...((await other.draw({ count: 2, seed: 1, steps: 3 })).values.data as Float32Array)])
    }
    return drawn
  },
  async openNothing(source: 'opfs' | 'indexedDb' | 'zip' | 'files') {
    const sources = {
      opfs: { opfs: 'models/none' },
      indexedDb: { indexedDb: 'none' },
      zip: new Blob(['no zip']),
      files: [new File(['hello'], 'readme.txt')],
    }
    return tweedie.open(sources[source]).then(() => undefined, failure)
  },
}

async function followed(run: RemoteRun, until: number | undefined) {
  const events: RunEvent[] = []
  const result = { events, weights: [] as number[], failure: undefined as Failure | undefined }
  const reading = (async () => {
    for await (const event of run) events.push(event)
  })()
  try {
    if (until !== undefined) {
      // The run waits before its first step, unless it fails before.
      while (!events.some(({ type }) => type === 'paused')) {
        await Promise.race([run.end, new Promise((resolve) => setTimeout(resolve, 10))])
      }
      await run.step(until)
      return result
    }
    await reading
    using model = await run.model()
    return { ...result, weights: weightsOf(await model.folder()) }
  } catch (error) {
    return { ...result, failure: failure(error) }
  } finally {
    reading.catch(() => undefined)
  }
}

Object.assign(globalThis, { doings })
