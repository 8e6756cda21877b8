/** The record of a run, `train.json`: what it was begun with, written before the first step. */
import type { DataSource } from '../../files/data/source.ts'
import type { SessionRecord } from './session-record.ts'
import type { BaseSpec } from './spec.ts'

/** The content of `train.json`. */
export interface RunRecord {
  readonly version: string
  readonly spec: BaseSpec
  readonly data: DataSource
  /** A digest of the data: training continues on the same data only. */
  readonly digest: string
  readonly intervals: Intervals
  /** Requested device and threads, used until the first checkpoint records the real ones. */
  readonly session?: SessionRecord | undefined
  /** The options of the user: repeating them changes nothing. */
  readonly options?: Readonly<Record<string, unknown>> | undefined
}

/** Steps between two of a kind; what is left out has `train`'s default. */
export interface Intervals {
  readonly logEvery?: number | undefined
  readonly checkpointEvery?: number | undefined
  readonly sampleEvery?: number | undefined
}

/** The names of the files of a run. */
export const runFiles = Object.freeze({
  record: 'train.json',
  checkpoint: 'checkpoint.safetensors',
  log: 'log.jsonl',
  samples: 'samples',
  averages: 'averages',
})
