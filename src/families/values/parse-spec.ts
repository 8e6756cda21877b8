/** Reads the specification of a training run on values. Apart from its type: what reads files is loaded where files are read. */
import * as z from 'zod/mini'
import { styleSchema } from '../pictured/style-schema.ts'
import { noiseSchema, specParser } from '../spec-parser.ts'
import { captionSchema } from '../words/caption-schema.ts'
import { augmentSchema } from './augmented/augment-schema.ts'
import { fewStepsSchema } from './few-steps-schema.ts'
import type { TrainSpec } from './spec.ts'

/** A specification that was read from a file. */
export const parseSpec: (value: unknown, source: string) => TrainSpec = specParser<TrainSpec>({
  patch: z.int().check(z.positive()),
  objective: z.looseObject({
    parametrisation: z.string(),
    weighting: z.string(),
    labelDropout: z.number().check(z.minimum(0), z.lt(1)),
    loss: z.optional(z.string()),
    learnedWeights: z.optional(z.literal(true)),
  }),
  noise: noiseSchema,
  flip: z.boolean(),
  window: z.optional(z.object({ length: z.int().check(z.positive()), stride: z.int().check(z.positive()) })),
  fewSteps: z.optional(fewStepsSchema),
  captions: z.optional(captionSchema),
  given: z.optional(z.object({ nothing: z.number().check(z.minimum(0), z.maximum(1)) })),
  style: z.optional(styleSchema),
  precondition: z.optional(z.object({ name: z.literal('gaussian') })),
  augment: z.optional(augmentSchema),
  selfConditioning: z.optional(z.literal(true)),
})
