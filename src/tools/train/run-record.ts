/** The record of a run, `train.json`: what it was begun with, written before the first step. */
import * as z from 'zod/mini'
import { dataSourceSchema } from '../../files/data/source-schema.ts'
import type { DataSource } from '../../files/data/source.ts'
import { parseConfig } from '../../files/io/parse-config.ts'
import type { DecodeOptions } from './checkpoint.ts'
import { type SessionRecord, sessionOf } from './session-record.ts'
import { type BaseSpec, parseBaseSpec } from './spec.ts'

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

const steps = z.optional(z.int().check(z.positive()))
const intervals = z.object({ logEvery: steps, checkpointEvery: steps, sampleEvery: steps })

const schema = z.object({
  version: z.string(),
  spec: z.unknown(),
  data: dataSourceSchema,
  digest: z.string(),
  intervals: z.optional(intervals),
  /** The old name of intervals. */
  rhythm: z.optional(intervals),
  session: z.optional(z.unknown()),
  options: z.optional(z.record(z.string(), z.unknown())),
})

/** The names of the files of a run. */
export const runFiles = Object.freeze({
  record: 'train.json',
  checkpoint: 'checkpoint.safetensors',
  log: 'log.jsonl',
  samples: 'samples',
  averages: 'averages',
})

/** Checks what `train.json` says. @throws TweedieError `model` for a broken record */
export function parseRunRecord(
  value: unknown,
  source: string,
  { parseSpec = parseBaseSpec }: DecodeOptions<BaseSpec> = {},
): RunRecord {
  const { rhythm: formerIntervals = {}, intervals = formerIntervals, ...record } = parseConfig(schema, value, source)
  const spec = parseSpec(record.spec, `${source}: spec`)
  return { ...record, spec, intervals, session: sessionOf(record.session, source) }
}
