/** What is asked and answered, as schemas: requests are checked by them, and the OpenAPI document is made of them. */
import * as z from 'zod/mini'
import type {
  DescribedAnswer,
  DrawBody,
  ItemBody,
  MadeAnswer,
  ModelsAnswer,
  ProblemAnswer,
  WalkBody,
} from './bodies.ts'

const about = <Schema extends z.ZodMiniType>(schema: Schema, description: string): Schema => {
  z.globalRegistry.add(schema, { description })
  return schema
}

/** A picture: a data URL, or base64 of a file. Other items are a base64 of `.npy`, or numbers. */
const item = about(
  z.union([z.string(), z.array(z.number())]),
  'A picture as a data URL or the base64 of its file (PNG, JPEG, WebP, …); or the base64 of a .npy file; or the numbers of one item, as the model has them ([-1, 1] for images).',
)

const seed = about(z.union([z.int().check(z.minimum(0)), z.string()]), 'Equal seeds give equal results; default 0.')

const count = about(z.int().check(z.minimum(1)), 'How many; default 1.')

const steps = about(z.int().check(z.minimum(1)), 'Steps of the sampler.')

const pictures = about(
  z.record(z.string(), item),
  'Pictures that options name, such as `mask`: { "hole": "data:image/png;base64,…" } for `"mask": "hole"`.',
)

const shared = { count: z.optional(count), seed: z.optional(seed), steps: z.optional(steps) }

/** A request for samples; further fields are options of the model's family, by the names that the library has for them. */
export const drawRequest: z.ZodMiniType<DrawBody> = z.looseObject({ ...shared, pictures: z.optional(pictures) })

/** A request that begins with an item. */
export const itemRequest: z.ZodMiniType<ItemBody> = z.looseObject({ ...shared, item, pictures: z.optional(pictures) })

/** A request for latents of an item, or for what lies behind latents. */
export const walkRequest: z.ZodMiniType<WalkBody> = z.looseObject({
  item,
  steps: z.optional(steps),
  pictures: z.optional(pictures),
})

/** One item of an answer. */
const made = z.object({
  class: z.optional(z.string()),
  caption: z.optional(z.string()),
  text: z.optional(z.string()),
  png: z.optional(about(z.string(), 'The picture, as base64 of a PNG.')),
  values: z.optional(about(z.array(z.number()), 'The numbers, of items that are no pictures and no texts.')),
})

/** What was made. */
export const madeAnswer: z.ZodMiniType<MadeAnswer> = z.object({
  count: z.int(),
  shape: about(z.array(z.int()), '[count, ...item]'),
  how: about(z.record(z.string(), z.unknown()), 'What decided the result.'),
  items: z.array(made),
})

/** A model that is served. */
const modelAnswer = z.object({
  name: z.string(),
  family: z.optional(z.string()),
  of: z.optional(z.string()),
  open: z.boolean(),
  bytes: about(z.int(), 'Bytes of its weights.'),
})

/** More about a model. */
export const describedAnswer: z.ZodMiniType<DescribedAnswer> = z.object({
  ...modelAnswer.shape,
  shape: z.array(z.int()),
  classNames: z.array(z.string()),
  can: z.array(z.string()),
  facts: z.record(z.string(), z.unknown()),
})

export const modelsAnswer: z.ZodMiniType<ModelsAnswer> = z.object({ models: z.array(modelAnswer) })

/** Problem details, RFC 9457. */
export const problemAnswer: z.ZodMiniType<ProblemAnswer> = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  hint: z.optional(z.string()),
})
