/** How a specification's captions are read. Apart from the rest, since types of the package do not show zod. */
import * as z from 'zod/mini'

const share = z.number().check(z.minimum(0), z.lt(1))
const encoder = z.object({ className: z.string(), config: z.record(z.string(), z.unknown()) })
const source = z.object({ path: z.optional(z.string()), sum: z.string() })

/** Of a specification that was read from a file. */
export const captionSchema: z.ZodMiniType = z.object({
  tokenizer: source,
  encoder,
  others: z.optional(z.array(encoder)),
  frozen: z.optional(z.object({ path: z.optional(z.string()), sum: z.string(), whole: z.optional(z.boolean()) })),
  dropout: share,
  keywordDropout: z.optional(share),
  shuffle: z.optional(z.boolean()),
  keepKeywords: z.optional(z.int().check(z.minimum(0))),
  guidance: z.number().check(z.minimum(-1)),
})
