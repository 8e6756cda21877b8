/** Reads the record of a run. */
import * as z from 'zod/mini'
import { dataSourceSchema } from '../../files/data/source-schema.ts'
import { parseConfig } from '../../files/io/parse-config.ts'
import type { DecodeOptions } from './decode-checkpoint.ts'
import { parseBaseSpec } from './parse-base-spec.ts'
import { sessionOf } from './parse-session-record.ts'
import type { RunRecord } from './run-record.ts'
import type { BaseSpec } from './spec.ts'

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
