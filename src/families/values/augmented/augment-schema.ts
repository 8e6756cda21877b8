/** Reads how pictures are transformed. Apart, since types of the package do not show zod. */
import * as z from 'zod/mini'
import { transformNames } from '../options/transform-names.ts'

/** The field `augment` of a specification. */
export const augmentSchema: z.ZodMiniType = z.object({
  probability: z.number().check(z.gt(0), z.maximum(1)),
  transforms: z.array(z.enum([...transformNames])).check(z.minLength(1)),
})
