/** The fields of law and bound in a file. */
import * as z from 'zod/mini'
import { decoderLawNames } from '../../diffusion/latent/index.ts'

const notNegative = z.number().check(z.minimum(0))

/** For a parser of specifications. */
export const codedFields = {
  law: z.object({
    name: z.enum(decoderLawNames),
    shades: z.optional(z.int().check(z.minimum(2), z.maximum(65_536))),
    sigma: z.optional(z.number().check(z.positive())),
  }),
  bound: z.object({
    klWeight: notNegative,
    warmup: z.int().check(z.minimum(0)),
    freeBits: notNegative,
    draws: z.int().check(z.minimum(1), z.maximum(10_000)),
  }),
}
