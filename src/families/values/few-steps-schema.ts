/** Few steps in a specification that was read from a file. Apart from the rest, since types of the package do not show zod. */
import * as z from 'zod'
import { fewStepsMethods } from '../../diffusion/distil/few-steps.ts'

const count = z.int().positive().max(100_000)

/** Its fields. */
export const fewStepsSchema: z.ZodType = z.strictObject({
  method: z.enum(fewStepsMethods),
  steps: count,
  grid: z.strictObject({ first: count, last: count, every: count }),
  teacher: z.strictObject({ path: z.string().optional(), sum: z.string() }).optional(),
  guidance: z.number().optional(),
  huber: z.number().positive().optional(),
})
