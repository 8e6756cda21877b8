/// <reference lib="esnext.disposable" preserve="true" />
/** Everything that a page asks a worker to do. */
import { TweedieError } from '../../../errors.ts'
import { type DataSourceInput, dataInput } from '../../../files/data/web/data-input.ts'
import { type FolderSource, folderInput } from '../../../files/io/web/folder-input.ts'
import { caller, type Watching } from './calls.ts'
import type { Line } from './line.ts'
import type {
  DataFacts,
  DataItems,
  EngineFacts,
  EngineWish,
  Handle,
  KeptRun,
  OpenAsk,
  PlainOptions,
  RunEvent,
  TrainAsk,
  WorkerState,
} from './protocol.ts'
import { type RemoteModel, remoteModel } from './remote-model.ts'
import { type RemoteRun, remoteRun } from './remote-run.ts'

/** Data in the worker. */
export interface RemoteData extends Disposable {
  readonly facts: DataFacts
  readonly handle: Handle
  /** Some items, `count` from `first` on. */
  items(first: number, count: number): Promise<DataItems>
  dispose(): void
}

/** How to train. */
export interface RemoteTrainRequest extends Omit<TrainAsk, 'data' | 'from'> {
  readonly data: RemoteData | DataSourceInput
  readonly from?: { readonly handle: Handle } | undefined
  readonly signal?: AbortSignal | undefined
  /** Called with every event, also where nobody loops over the run. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined
}

/** Tweedie in a worker. */
export interface Connection extends Disposable {
  /** What computes; the first call starts it. */
  engine(): Promise<EngineFacts>
  /**
   * Reads data: the name of a built-in set, files, a folder, an URL, rows of numbers, a data set.
   *
   * @param options those of data by their names: `size`, `crop`, `channels`, `holdOut`, …
   */
  data(input: DataSourceInput, options?: PlainOptions & Watching): Promise<RemoteData>
  /**
   * Opens a model folder: the URL of one, files, a handle, a .zip, OPFS, IndexedDB, or files in memory.
   *
   * @example
   * using model = await tweedie.open('/models/glyphs/')
   * const drawn = await model.draw({ count: 16, steps: 20 })
   */
  open(source: FolderSource, options?: OpenAsk & Watching): Promise<RemoteModel>
  /**
   * Trains.
   *
   * @example
   * const run = tweedie.train({ data: 'moons', options: { steps: 500 }, name: 'mine' })
   * for await (const event of run) if (event.type === 'log') show(event.line)
   */
  train(request: RemoteTrainRequest): RemoteRun
  /** Goes on with a run that was kept, from its last checkpoint. `steps`, `minutes`, `epochs` and `rate` may change. */
  resume(name: string, request?: Pick<RemoteTrainRequest, 'options' | 'paused' | 'signal' | 'onEvent'>): RemoteRun
  /** The runs that are kept in this browser. */
  runs(): Promise<readonly KeptRun[]>
  /** The model of a kept run, as of its last checkpoint. */
  openRun(name: string): Promise<RemoteModel>
  /** All files of a kept run: a run folder as `tweedie train` writes it. */
  runFiles(name: string): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>>
  /** Deletes a kept run. */
  forget(name: string): Promise<void>
  state(): Promise<WorkerState>
  /** Ends the worker, and all of its work with an error. */
  dispose(): void
}

/**
 * Connects a page with a worker that runs `tweedie/web/worker`.
 *
 * @param options `engine`: how the engine is made
 * @example
 * const worker = new Worker(new URL('tweedie/web/worker', import.meta.url), { type: 'module' })
 * const tweedie = connect(worker)
 */
export function connect(
  worker: Line & { terminate?(): void; close?(): void },
  { engine = {} }: { readonly engine?: EngineWish } = {},
): Connection {
  const calls = caller(worker)
  const started = (): Promise<EngineFacts> => calls.ask('engine', engine)
  // Sent first, so that the engine loads while the page prepares its first call.
  const first = started()
  first.catch(() => undefined)
  const dispose = (): void => {
    calls.close(new TweedieError('usage', 'the worker was disposed of, and is used again'))
    worker.terminate?.()
    worker.close?.()
  }
  return {
    engine: () => first.catch(started),
    async data(input, { signal, onProgress, onRemark, ...options } = {}) {
      const { handle, ...facts } = await calls.ask(
        'data',
        { input: dataInput(input), options },
        { signal, onProgress, onRemark },
      )
      const release = (): void => calls.release(handle)
      return {
        facts,
        handle,
        items: (from, count) => calls.ask('items', { data: handle, first: from, count }),
        dispose: release,
        [Symbol.dispose]: release,
      }
    },
    async open(source, { signal, onProgress, onRemark, ...options } = {}) {
      const held = await calls.ask('open', { input: folderInput(source), options }, { signal, onProgress, onRemark })
      return remoteModel(calls, held)
    },
    train({ data, from, signal, onEvent, ...request }) {
      const asked = isRemote(data) ? data.handle : dataInput(data)
      const ask = { ...request, data: asked, ...(from && { from: from.handle }) }
      return remoteRun(calls, { name: 'train', ask }, { signal, onEvent })
    },
    resume: (name, { options = {}, paused = false, signal, onEvent } = {}) =>
      remoteRun(calls, { name: 'resume', ask: { name, options, paused } }, { signal, onEvent }),
    runs: () => calls.ask('runs', {}),
    openRun: async (name) => remoteModel(calls, await calls.ask('keptModel', { name })),
    runFiles: (name) => calls.ask('keptFiles', { name }),
    forget: async (name) => void (await calls.ask('forget', { name })),
    state: () => calls.ask('state', {}),
    dispose,
    [Symbol.dispose]: dispose,
  }
}

function isRemote(data: RemoteData | DataSourceInput): data is RemoteData {
  return typeof data === 'object' && 'handle' in data && 'facts' in data
}
