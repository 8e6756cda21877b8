/** Few steps in a specification that was read from a file. Apart from the rest, since types of the package do not show zod. */
import * as z from 'zod/mini'
import { fewStepsMethods } from '../../diffusion/distil/few-steps.ts'

const count = z.int().check(z.positive(), z.maximum(100_000))

/** Its fields. */
export const fewStepsSchema: z.ZodMiniType = z.strictObject({
  method: z.enum(fewStepsMethods),
  steps: count,
  grid: z.strictObject({ first: count, last: count, every: count }),
  teacher: z.optional(z.strictObject({ path: z.optional(z.string()), sum: z.string() })),
  guidance: z.optional(z.number()),
  huber: z.optional(z.number().check(z.positive())),
})
