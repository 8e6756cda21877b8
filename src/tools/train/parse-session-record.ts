/** Reads the record of a session. */
import * as z from 'zod/mini'
import { parseConfig } from '../../files/io/parse-config.ts'
import type { SessionRecord } from './session-record.ts'

const schema = z.object({
  engine: z.optional(z.string()),
  device: z.optional(z.string()),
  threads: z.optional(z.int().check(z.positive(), z.maximum(1024))),
  cores: z.optional(z.int().check(z.positive())),
})

/** The record in a checkpoint; undefined if there is none, as in older ones. @throws TweedieError `model` */
export function sessionOf(value: unknown, source = 'checkpoint'): SessionRecord | undefined {
  return value === undefined ? undefined : parseConfig(schema, value, `${source}: session`)
}
