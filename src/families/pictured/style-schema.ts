/** How a specification's pictures as conditions are read. Apart from the rest, since types of the package do not show zod. */
import * as z from 'zod/mini'

/** Of a specification that was read from a file. */
export const styleSchema: z.ZodMiniType = z.object({
  encoder: z.object({ className: z.literal('PictureEncoder'), config: z.record(z.string(), z.unknown()) }),
  dropout: z.number().check(z.minimum(0), z.lt(1)),
})
