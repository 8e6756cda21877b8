/** What is asked and answered, as schemas: requests are checked by them, and the OpenAPI document is made of them. */
import * as z from 'zod/mini'
import type {
  BoundAnswer,
  BoundBody,
  DescribedAnswer,
  DrawBody,
  InferAnswer,
  InferBody,
  InferMetadata,
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

/** A request for what items cost. */
export const boundRequest: z.ZodMiniType<BoundBody> = z.looseObject({
  items: z.array(item).check(z.minLength(1)),
  class: z.optional(
    about(
      z.union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))]),
      'The class of all items, or of each in turn; without it "no class".',
    ),
  ),
  seed: z.optional(seed),
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

const byKind = z.record(z.string(), z.number())

/** What items cost. */
export const boundAnswer: z.ZodMiniType<BoundAnswer> = z.object({
  count: z.int(),
  dimensions: about(z.int(), 'Numbers of an item.'),
  items: z.array(
    z.object({
      nats: about(
        byKind,
        'Nats, by how they were found: `bound` (at most so much, the variational bound), `importance` (the importance-weighted one), `flow` (the probability flow), `exact`.',
      ),
      bitsPerDim: about(byKind, 'The same in bits per dimension.'),
    }),
  ),
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

const parameters = z.optional(z.record(z.string(), z.unknown()))

const tensor = z.object({
  name: z.string().check(z.minLength(1)),
  shape: z.array(z.int().check(z.minimum(0))),
  datatype: about(z.string(), 'BOOL, UINT8, INT32, INT64, FP16, BF16, FP32 or FP64.'),
  parameters: about(parameters, '`binary_data_size`: its bytes follow the JSON, little-endian.'),
  data: z.optional(about(z.unknown(), 'The numbers, row-major, flat or nested.')),
})

/** A request of the Open Inference Protocol, or what stands before its raw tensors. */
export const inferRequest: z.ZodMiniType<InferBody> = z.object({
  id: z.optional(z.string()),
  parameters: about(parameters, '`binary_data_output: true`: all outputs as bytes behind the JSON.'),
  inputs: z.array(tensor),
  outputs: z.optional(z.array(z.object({ name: z.string(), parameters }))),
})

/** What a server says of the network of a model. */
export const inferMetadata: z.ZodMiniType<InferMetadata> = z.object({
  name: z.string(),
  versions: z.array(z.string()),
  platform: z.string(),
  inputs: z.array(z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.int()) })),
  outputs: z.array(z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.int()) })),
})

/** An answer of the Open Inference Protocol. */
export const inferAnswer: z.ZodMiniType<InferAnswer> = z.object({
  id: z.optional(z.string()),
  model_name: z.string(),
  model_version: z.optional(z.string()),
  outputs: z.array(tensor),
})

/** An error of the Open Inference Protocol. */
export const inferError: z.ZodMiniType<{ readonly error: string }> = z.object({ error: z.string() })

/** Problem details, RFC 9457. */
export const problemAnswer: z.ZodMiniType<ProblemAnswer> = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  hint: z.optional(z.string()),
})
