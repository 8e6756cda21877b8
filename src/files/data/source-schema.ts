/** The schema of a source of data. Apart from its type, since types of the package do not show zod. */
import * as z from 'zod/mini'
import { imageFits } from './image-fits.ts'
import type { DataSource } from './source.ts'

const names = z.optional(z.array(z.string()))
const whole = z.int().check(z.positive())

/** What a file must hold to be read as a {@link DataSource}. Fields of later versions are kept. */
export const dataSourceSchema: z.ZodMiniType<DataSource> = z.looseObject({
  path: z.string(),
  size: z.optional(z.union([whole, z.tuple([whole, whole])])),
  fit: z.optional(z.enum(imageFits)),
  upscale: z.optional(z.boolean()),
  crop: z.optional(whole),
  channels: z.optional(z.literal([1, 2, 3, 4])),
  background: z.optional(z.string()),
  bits: z.optional(z.literal([8, 16])),
  frames: z.optional(whole),
  window: z.optional(whole),
  frameStride: z.optional(whole),
  stride: z.optional(whole),
  split: z.optional(z.enum(['train', 'validation', 'test'])),
  labelColumn: z.optional(z.union([z.string(), z.number()])),
  captions: z.optional(z.union([z.boolean(), z.array(z.string()).check(z.minLength(1))])),
  as: z.optional(z.enum(['images', 'points', 'clouds', 'arrays', 'videos'])),
  points: z.optional(whole),
  evenly: z.optional(z.boolean()),
  normalise: z.optional(z.enum(['shape', 'set'])),
  length: z.optional(whole),
  unlabelled: z.optional(z.boolean()),
  holdOut: z.optional(z.number().check(z.minimum(0), z.lt(1))),
  holdOutManner: z.optional(z.enum(['random', 'end'])),
  fields: z.optional(z.looseObject({ variables: z.optional(z.array(z.string())) })),
  tokens: z.optional(
    z.union([
      z.object({ tokenizer: z.string(), length: whole }),
      z.object({ levels: whole }),
      z.object({ columns: z.literal(true), bins: z.optional(whole) }),
    ]),
  ),
  table: z.optional(z.object({ target: z.optional(z.string()), categories: names, numbers: names, leaveOut: names })),
})
