/// <reference lib="esnext.disposable" preserve="true" />
/** An open model in a worker, as the page sees it. */
import type { ExportedSampler } from '../../../families/family.ts'
import type { Caller, Watching } from './calls.ts'
import type { Calls, FieldValues, Handle, ModelFacts, PlainDrawn } from './protocol.ts'

/**
 * Options of a call, by the names that the command of the same name has; and how it is stopped and watched.
 *
 * @example
 * await model.draw({ count: 16, class: 'all', steps: 20, seed: 1, signal, onProgress, preview: 5 })
 */
export interface RemoteRequest extends Watching {
  readonly [option: string]: unknown
  /** Steps between two pictures of the present state in `onProgress`; none by default. */
  readonly preview?: number | undefined
  /** Pictures that options name, such as `mask: 'mine', pictures: { mine }`: values in [−1, 1], `[channels, height, width]`, or files. */
  readonly pictures?: Readonly<Record<string, Float32Array | Blob>> | undefined
}

/** An open model in a worker; it keeps what it compiled. Calls may overlap. */
export interface RemoteModel extends Disposable {
  readonly facts: ModelFacts
  readonly handle: Handle
  /** Draws samples; with `frames: true` the way from noise too. */
  draw(request?: RemoteRequest & { readonly frames?: boolean | undefined }): Promise<PlainDrawn>
  /** Walks an item up to its latent, or a latent down. An item: values, or a name in `pictures`. */
  encode(item: string | Float32Array, request?: RemoteRequest): Promise<PlainDrawn>
  decode(latent: string | Float32Array, request?: RemoteRequest): Promise<PlainDrawn>
  /** Draws clean items that fit a damaged one. */
  restore(item: string | Float32Array, request: RemoteRequest): Promise<PlainDrawn>
  edit(item: string | Float32Array, request?: RemoteRequest): Promise<PlainDrawn>
  /** Walks from one item to another. */
  interpolate(from: string | Float32Array, to: string | Float32Array, request?: RemoteRequest): Promise<PlainDrawn>
  /**
   * The score of noisy data, and the mean of the clean data behind them, of a model of points.
   *
   * @param points `[n, d]`, places in the units of the data: y = shift + scale · x_t
   * @param time in (0, 1]
   */
  field(
    points: Float32Array,
    time: number,
    request?: { readonly class?: number | string | undefined } & Pick<Watching, 'signal'>,
  ): Promise<FieldValues>
  /** The network as an ONNX file. */
  export(request?: RemoteRequest): Promise<Uint8Array<ArrayBuffer>>
  /** The network with a sampler around it as an ONNX file, tried beside our own sampling. */
  exportSampler(request?: RemoteRequest): Promise<ExportedSampler>
  /** The files of its folder, by their paths: for `saveModelFolder`, or to be opened elsewhere. */
  folder(): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>>
  dispose(): void
}

/** @param held the model in the worker */
export function remoteModel(
  calls: Caller,
  { handle, ...facts }: ModelFacts & { readonly handle: Handle },
): RemoteModel {
  let disposed = false
  const dispose = (): void => {
    if (!disposed) calls.release(handle)
    disposed = true
  }
  const on = async <Name extends 'encode' | 'decode' | 'restore' | 'edit'>(
    name: Name,
    item: string | Float32Array,
    request: RemoteRequest = {},
  ): Promise<PlainDrawn> => {
    const [work, watch] = asked(request)
    return calls.ask(name, { model: handle, item, ...work }, watch)
  }
  const model: RemoteModel = {
    facts,
    handle,
    draw({ frames = false, ...request } = {}) {
      const [work, watch] = asked(request)
      return calls.ask('draw', { model: handle, frames, ...work }, watch)
    },
    encode: (item, request) => on('encode', item, request),
    decode: (item, request) => on('decode', item, request),
    restore: (item, request) => on('restore', item, request),
    edit: (item, request) => on('edit', item, request),
    interpolate: (from, to, request = {}) => on('edit', from, { ...request, to }),
    field: (points, time, { signal, ...request } = {}) =>
      calls.ask('field', { model: handle, points, time, ...request }, { signal }),
    export(request = {}) {
      const [work, watch] = asked(request)
      return calls.ask('export', { model: handle, ...work }, watch)
    },
    exportSampler(request = {}) {
      const [work, watch] = asked(request)
      return calls.ask('exportSampler', { model: handle, ...work }, watch)
    },
    folder: () => calls.ask('folder', { model: handle }),
    dispose,
    [Symbol.dispose]: dispose,
  }
  return model
}

/** What crosses, and what stays in the page. */
function asked({
  signal,
  onProgress,
  onRemark,
  preview,
  pictures,
  ...options
}: RemoteRequest): [work: Omit<Calls['export']['ask'], 'model'>, watch: Watching] {
  return [
    { options, ...(preview !== undefined && { preview }), ...(pictures && { pictures }) },
    { signal, onProgress, onRemark },
  ]
}
