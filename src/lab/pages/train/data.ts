/** The data of a training: what is chosen, opened in the worker, and some items of it for the page to show. */
import { effect, signal } from '@preact/signals'
import type { RemoteData } from '../../../app/web/worker/connect.ts'
import type { DataSourceInput } from '../../../files/data/web/data-input.ts'
import { lost, tweedie } from '../../remote/tweedie.ts'
import { saidOf } from '../../said.ts'
import { type Choices, initialChoices, pointsIn, readingOf } from './choices.ts'
import { type Bounds, boundsOf } from './look.ts'
import { text } from './text.ts'

/** Data that were opened. */
export interface OpenData {
  readonly remote: RemoteData
  readonly shape: readonly number[]
  readonly isImage: boolean
  /** Some items; images in [−1, 1]. */
  readonly shown: Float32Array
  /** More of them, for a distance between two draws. */
  readonly others: Float32Array
  /** Items for the exact score. */
  readonly known: Float32Array
  readonly bounds: Bounds | undefined
}

export type DataState =
  | { readonly status: 'none'; readonly why?: string }
  | { readonly status: 'reading'; readonly done: number; readonly total: number }
  | { readonly status: 'open'; readonly data: OpenData }
  | { readonly status: 'failed'; readonly problem: string }

/** The data that the next training will have. */
export const dataState = signal<DataState>({ status: 'none' })

/** Files that were chosen; an address cannot hold them. */
export const chosenFiles = signal<Exclude<DataSourceInput, string> | undefined>(undefined)
export const chosenCount = signal(0)

const [shownCount, knownCount] = [512, 1000]
let newest = 0
/** What of the choices decides the data. */
export type DataChoices = Pick<Choices, 'data' | 'cells' | 'size' | 'label'>

let chosen: DataChoices | undefined

effect(() => {
  // The worker that had them died.
  if (lost.value > 0 && chosen !== undefined) void openData(chosen)
})

/** Opens what is chosen. A newer choice makes an older one void. */
export async function openData({ data, cells, size, label }: DataChoices): Promise<void> {
  const turn = ++newest
  chosen = { data, cells, size, label }
  const input = inputOf(data, cells)
  if (input === undefined) {
    dataState.value = { status: 'none' }
    return
  }
  dataState.value = { status: 'reading', done: 0, total: 0 }
  try {
    const opened = await read(input, readingOf(chosen), (done, total) => {
      if (turn === newest) dataState.value = { status: 'reading', done, total }
    })
    if (turn === newest) dataState.value = { status: 'open', data: opened }
    else opened.remote.dispose()
  } catch (error) {
    if (turn === newest) dataState.value = { status: 'failed', problem: inOurWords(saidOf(error)) }
  }
}

/** A built-in set for a run of another visit, beside what is chosen now. */
export async function builtInData(name: string): Promise<OpenData> {
  const state = dataState.peek()
  return state.status === 'open' && state.data.remote.facts.name === name
    ? state.data
    : read(name, readingOf({ ...initialChoices, data: name }))
}

/** Options by what they are called in this page. */
function inOurWords(said: string): string {
  return said
    .replaceAll(/`labelColumn`/g, `“${text.files.label}”`)
    .replaceAll(/`size(: \d+)?`/g, `“${text.files.size}”`)
}

async function read(
  input: DataSourceInput,
  options: Record<string, unknown>,
  onProgress?: (done: number, total: number) => void,
): Promise<OpenData> {
  const remote = await tweedie().data(input, {
    ...options,
    onProgress: ({ done, total }) => onProgress?.(done, total),
  })
  return shownOf(remote)
}

function inputOf(data: string, cells: readonly number[]): DataSourceInput | undefined {
  if (data === 'files') return chosenFiles.peek()
  if (data !== 'drawn') return data
  const points = pointsIn(cells)
  return points.length === 0 ? undefined : points
}

async function shownOf(remote: RemoteData): Promise<OpenData> {
  const { facts } = remote
  const isImage = facts.kind === 'image' && facts.shape.length === 3
  const plane = facts.shape.length === 1 && facts.shape[0] === 2
  const count = isImage ? 24 : plane ? Math.max(2 * shownCount, knownCount) : 0
  const values = Float32Array.from((await remote.items(0, count)).values.data as ArrayLike<number>)
  if (isImage) {
    return {
      remote,
      shape: facts.shape,
      isImage,
      shown: inRange(values),
      others: values,
      known: values,
      bounds: undefined,
    }
  }
  return {
    remote,
    shape: facts.shape,
    isImage,
    shown: values.subarray(0, 2 * shownCount),
    others: values.subarray(2 * shownCount, 4 * shownCount),
    known: values.subarray(0, 2 * knownCount),
    bounds: plane ? boundsOf(values) : undefined,
  }
}

/** Images may be bytes. */
function inRange(values: Float32Array): Float32Array {
  return values.some((value) => value > 1.001) ? values.map((value) => value / 127.5 - 1) : values
}
