/** The schema of a source of data. Apart from its type, since types of the package do not show zod. */
import * as z from 'zod'
import { imageFits } from './image-fits.ts'
import type { DataSource } from './source.ts'

const whole = z.int().positive()

/** What a file must hold to be read as a {@link DataSource}. Fields of later versions are kept. */
export const dataSourceSchema: z.ZodType<DataSource> = z.looseObject({
  path: z.string(),
  size: z.union([whole, z.tuple([whole, whole])]).optional(),
  fit: z.enum(imageFits).optional(),
  upscale: z.boolean().optional(),
  crop: whole.optional(),
  channels: z.literal([1, 2, 3, 4]).optional(),
  background: z.string().optional(),
  bits: z.literal([8, 16]).optional(),
  split: z.enum(['train', 'validation', 'test']).optional(),
  labelColumn: z.union([z.string(), z.number()]).optional(),
  as: z.enum(['images', 'points', 'arrays']).optional(),
  length: whole.optional(),
  unlabelled: z.boolean().optional(),
  holdOut: z.number().min(0).lt(1).optional(),
  holdOutManner: z.enum(['random', 'end']).optional(),
  tokens: z
    .union([
      z.object({ tokenizer: z.string(), length: whole }),
      z.object({ levels: whole }),
      z.object({ columns: z.literal(true), bins: whole.optional() }),
    ])
    .optional(),
})
