/**
 * Parses the part of specifications that all families have. Apart from the rest, since types of the package do not show
 * zod.
 */
import * as z from 'zod/mini'
import { parseConfig } from '../files/io/parse-config.ts'
import { averageSchema, loraSchema, priorSchema, wordSchema } from '../tools/train/lora-schema.ts'

const positive = z.number().check(z.positive())

/** The fields of every specification; others travel along, since newer ones may be among them. */
const baseFields = {
  family: z.optional(z.string()),
  seed: z.int(),
  batch: z.int().check(z.positive()),
  budget: z.union([
    z.strictObject({ steps: positive }),
    z.strictObject({ epochs: positive }),
    z.strictObject({ minutes: positive }),
  ]),
  network: z.object({ className: z.string(), config: z.record(z.string(), z.unknown()) }),
  lora: z.optional(loraSchema),
  word: z.optional(wordSchema),
  prior: z.optional(priorSchema),
  optimizer: z.looseObject({
    rate: positive,
    warmup: z.int().check(z.minimum(0)),
    decay: z.enum(['constant', 'cosine']),
    weightDecay: z.number().check(z.minimum(0)),
    clipNorm: positive,
    ema: averageSchema,
  }),
}

/** Reads specifications with these fields besides those that all have. */
export function specParser<Spec>(fields: z.core.$ZodShape): (value: unknown, source: string) => Spec {
  const schema = z.looseObject({ ...baseFields, ...fields })
  return (value, source) => parseConfig(schema, value, source) as unknown as Spec
}

/** Gaussian noise: a table of levels, or a schedule in continuous time with its numbers. */
export const noiseSchema: z.ZodMiniType = z.union([
  z.strictObject({
    table: z.string(),
    levels: z.int().check(z.minimum(2), z.maximum(1_000_000)),
    betaStart: z.optional(positive),
    betaEnd: z.optional(positive),
  }),
  z.looseObject({ schedule: z.string() }),
])
