/** The fields `lora`, `word`, `prior` and `ema` of a specification that was read from a file. Apart from the rest, since types of the package do not show zod. */
import * as z from 'zod/mini'
import { widestAverage } from './average.ts'

const positive = z.number().check(z.positive())

const base = z.looseObject({ path: z.optional(z.string()), sum: z.string() })

export const loraSchema: z.ZodMiniType = z.looseObject({
  rank: z.int().check(z.positive()),
  alpha: positive,
  targets: z.array(z.string()).check(z.minLength(1)),
  text: z.optional(z.boolean()),
  base,
})

export const wordSchema: z.ZodMiniType = z.looseObject({
  token: z.string(),
  vectors: z.int().check(z.positive()),
  from: z.optional(z.string()),
  base,
})

const averageWidth = positive.check(z.maximum(widestAverage))

export const averageSchema: z.ZodMiniType = z.union([
  z.number().check(z.minimum(0), z.lt(1)),
  z.strictObject({
    width: averageWidth,
    kept: z.optional(z.strictObject({ count: z.int().check(z.minimum(2)), width: averageWidth })),
  }),
])

export const priorSchema: z.ZodMiniType = z.looseObject({
  data: z.looseObject({ path: z.string() }),
  digest: z.string(),
  weight: positive,
})
