/** Reads the part of a specification that every training run has. Apart from its type: what reads files is loaded where files are read. */
import * as z from 'zod/mini'
import { parseConfig } from '../../files/io/parse-config.ts'
import { averageSchema, loraSchema, priorSchema, wordSchema } from './lora-schema.ts'
import type { BaseSpec } from './spec.ts'

const positive = z.number().check(z.positive())
const notNegative = z.number().check(z.minimum(0))

const schema = z.looseObject({
  seed: z.int(),
  batch: z.int().check(z.positive()),
  accumulate: z.optional(z.int().check(z.positive())),
  budget: z.union([
    z.strictObject({ steps: positive }),
    z.strictObject({ epochs: positive }),
    z.strictObject({ minutes: positive }),
  ]),
  arithmetic: z.optional(z.enum(['float32', 'int8'])),
  keepBest: z.optional(z.boolean()),
  network: z.looseObject({ className: z.string(), config: z.record(z.string(), z.json()) }),
  lora: z.optional(loraSchema),
  word: z.optional(wordSchema),
  prior: z.optional(priorSchema),
  optimizer: z.looseObject({
    name: z.optional(z.string()),
    betas: z.optional(z.tuple([notNegative, notNegative])),
    epsilon: z.optional(positive),
    momentum: z.optional(notNegative),
    nesterov: z.optional(z.boolean()),
    rate: positive,
    warmup: z.int().check(z.minimum(0)),
    decay: z.enum(['constant', 'cosine']),
    weightDecay: notNegative,
    clipNorm: positive,
    ema: averageSchema,
  }),
})

/**
 * A specification that was read from a file. The fields of a family are checked by that family.
 *
 * @throws TweedieError `model` that names the field
 */
export function parseBaseSpec(value: unknown, source: string): BaseSpec {
  return parseConfig(schema, value, source) as BaseSpec
}
