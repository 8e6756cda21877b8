/**
 * What a page and its worker say to each other: plain data only. The page asks a {@link Request}, the worker sends
 * {@link Reply}s: any number on the way, and one at the end. Models, data and runs stay in the worker, and the page names them by
 * numbers (handles).
 */
import type { ExportedSampler } from '../../../families/family.ts'
import type { DataInput } from '../../../files/data/web/data-input.ts'
import type { NamedFile } from '../../../files/data/web/named-file.ts'
import type { FolderInput } from '../../../files/io/web/folder-input.ts'
import type {
  Handle,
  PlainOptions,
  EngineWish,
  EngineFacts,
  DataFacts,
  DataItems,
  ModelFacts,
  PlainDrawn,
  PlainProgress,
  FieldValues,
  TrainAsk,
  RunEvent,
  RunEnd,
  KeptRun,
} from './facts.ts'
import type { PlainError } from './plain-error.ts'

export type * from './facts.ts'

/** Everything that a worker does. */
export interface Calls {
  engine: { ask: EngineWish; answer: EngineFacts }
  data: { ask: { readonly input: DataInput; readonly options: PlainOptions }; answer: DataFacts & Held }
  items: { ask: { readonly data: Handle; readonly first: number; readonly count: number }; answer: DataItems }
  open: { ask: { readonly input: FolderInput; readonly options: OpenAsk }; answer: ModelFacts & Held }
  draw: { ask: Work & { readonly frames: boolean }; answer: PlainDrawn }
  encode: { ask: WorkOnItem; answer: PlainDrawn }
  decode: { ask: WorkOnItem; answer: PlainDrawn }
  restore: { ask: WorkOnItem; answer: PlainDrawn }
  edit: { ask: WorkOnItem; answer: PlainDrawn }
  field: {
    ask: {
      readonly model: Handle
      readonly points: Float32Array
      readonly time: number
      readonly class?: number | string | undefined
    }
    answer: FieldValues
  }
  export: { ask: Work; answer: Uint8Array<ArrayBuffer> }
  exportSampler: { ask: Work; answer: ExportedSampler }
  folder: { ask: { readonly model: Handle }; answer: ReadonlyMap<string, Uint8Array<ArrayBuffer>> }
  train: { ask: TrainAsk; answer: RunEnd }
  resume: { ask: { readonly name: string; readonly options: PlainOptions; readonly paused?: boolean }; answer: RunEnd }
  /** A copy of a run from where it is, under another name. */
  fork: {
    ask: { readonly run: number; readonly name?: string | undefined; readonly options: PlainOptions }
    answer: RunEnd
  }
  control: {
    ask: { readonly run: number; readonly to: Control; readonly steps?: number }
    answer: { readonly step: number }
  }
  /** The model of a run as it is now. */
  snapshot: { ask: { readonly run: number }; answer: ModelFacts & Held }
  runs: { ask: object; answer: readonly KeptRun[] }
  /** The model of a kept run, as of its last checkpoint; and all of its files. */
  keptModel: { ask: { readonly name: string }; answer: ModelFacts & Held }
  keptFiles: { ask: { readonly name: string }; answer: ReadonlyMap<string, Uint8Array<ArrayBuffer>> }
  forget: { ask: { readonly name: string }; answer: null }
  state: { ask: object; answer: WorkerState }
}

/** What is asked of a run. */
export type Control = 'pause' | 'go' | 'stop' | 'step' | 'save'

interface Held {
  readonly handle: Handle
}

/** How a folder is read. */
export interface OpenAsk {
  /** The content of a `scheduler_config.json`. */
  readonly scheduler?: Readonly<Record<string, unknown>> | undefined
  readonly variant?: string | undefined
  /** SHA-256 of files by their paths, hexadecimal: others are refused. */
  readonly integrity?: Readonly<Record<string, string>> | undefined
  /** Whether files from a URL are kept for the next time; default true. */
  readonly keep?: boolean | undefined
}

interface Work {
  readonly model: Handle
  readonly options: PlainOptions
  /** Steps between two previews; none by default. */
  readonly preview?: number | undefined
  /** Pictures that options name: values in [−1, 1], or files. */
  readonly pictures?: Readonly<Record<string, Float32Array | Blob>> | undefined
}

interface WorkOnItem extends Work {
  readonly item: string | Float32Array
}

/** What the worker holds. */
export interface WorkerState {
  readonly engine: EngineFacts | undefined
  readonly models: readonly { readonly handle: Handle; readonly family: string; readonly compilations: number }[]
  readonly data: readonly (DataFacts & Held)[]
  readonly runs: readonly {
    readonly run: number
    readonly name: string | undefined
    readonly step: number
    readonly paused: boolean
  }[]
  /** Whether runs can be kept here, or why not. */
  readonly storage: { readonly kept: boolean; readonly why: string | undefined }
}

export type CallName = keyof Calls

/** From the page to the worker. */
export type Request =
  | { [Name in CallName]: { readonly id: number; readonly do: Name; readonly ask: Calls[Name]['ask'] } }[CallName]
  /** Stops the call of this number. */
  | { readonly id: number; readonly do: 'abort'; readonly reason: string | undefined }
  /** Frees what a handle names. */
  | { readonly id: number; readonly do: 'release' }

/** From the worker to the page; `id` is that of the request. */
export type Reply =
  | { readonly id: number; readonly type: 'answer'; readonly value: unknown }
  | { readonly id: number; readonly type: 'failure'; readonly error: PlainError }
  | { readonly id: number; readonly type: 'progress'; readonly progress: PlainProgress }
  | { readonly id: number; readonly type: 'remark'; readonly text: string }
  | { readonly id: number; readonly type: 'events'; readonly events: readonly RunEvent[] }

export type { DataInput, FolderInput, NamedFile, PlainError }
