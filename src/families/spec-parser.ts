/**
 * Parses the part of specifications that all families have. Apart from the rest, since types of the package do not show
 * zod.
 */
import * as z from 'zod'
import { parseConfig } from '../files/io/parse-config.ts'

const positive = z.number().positive()

/** The fields of every specification; others travel along, since newer ones may be among them. */
const baseFields = {
  family: z.string().optional(),
  seed: z.int(),
  batch: z.int().positive(),
  budget: z.union([
    z.strictObject({ steps: positive }),
    z.strictObject({ epochs: positive }),
    z.strictObject({ minutes: positive }),
  ]),
  network: z.object({ className: z.string(), config: z.record(z.string(), z.unknown()) }),
  optimizer: z.looseObject({
    rate: positive,
    warmup: z.int().min(0),
    decay: z.enum(['constant', 'cosine']),
    weightDecay: z.number().min(0),
    clipNorm: positive,
    ema: z.number().min(0).lt(1),
  }),
}

/** Reads specifications with these fields besides those that all have. */
export function specParser<Spec>(fields: z.ZodRawShape): (value: unknown, source: string) => Spec {
  const schema = z.looseObject({ ...baseFields, ...fields })
  return (value, source) => parseConfig(schema, value, source) as unknown as Spec
}

/** Gaussian noise: a table of levels, or a schedule in continuous time with its numbers. */
export const noiseSchema: z.ZodType = z.union([
  z.strictObject({ table: z.string(), levels: z.int().min(2).max(1_000_000) }),
  z.looseObject({ schedule: z.string() }),
])
