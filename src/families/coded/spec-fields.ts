/** The fields of law and bound in a file. */
import * as z from 'zod'
import { decoderLawNames } from '../../diffusion/latent/index.ts'

const notNegative = z.number().min(0)

/** For a parser of specifications. */
export const codedFields = {
  law: z.object({
    name: z.enum(decoderLawNames),
    shades: z.int().min(2).max(65_536).optional(),
    sigma: z.number().positive().optional(),
  }),
  bound: z.object({
    klWeight: notNegative,
    warmup: z.int().min(0),
    freeBits: notNegative,
    draws: z.int().min(1).max(10_000),
  }),
}
