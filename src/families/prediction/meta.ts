/**
 * What `tweedie.json` says of predictions. `data` is of the table: `data.table` has the encoding of its columns, and the scale of
 * residuals; `data.predictor` the size of f.
 */
import * as z from 'zod/mini'
import { parseConfig } from '../../files/io/parse-config.ts'
import { parseTweedieMeta, type TweedieMeta } from '../../files/io/tweedie-meta.ts'
import type { ResidualData } from './data.ts'
import type { Encoding } from './encoding.ts'
import type { PredictorConfig } from './predictor.ts'

const number = z.number()
const names = z.array(z.string())
const numberTarget = {
  kind: z.literal('number'),
  name: z.string(),
  mean: number,
  deviation: number.check(z.positive()),
}
const categoryTarget = { kind: z.literal('category'), name: z.string(), names }

const edges = z
  .array(number)
  .check(z.refine((values) => values.every((value, i) => i === 0 || value > values[i - 1]!), 'edges rise'))

const schema = z.object({
  features: z
    .array(
      z.union([
        z.object({ ...numberTarget, edges: z.optional(edges), missing: z.boolean() }),
        z.object({ ...categoryTarget, missing: z.boolean() }),
      ]),
    )
    .check(z.minLength(1)),
  target: z.union([z.object(numberTarget), z.object(categoryTarget)]),
  shape: z.array(z.int().check(z.positive())),
  affine: z.object({ shift: z.array(number), scale: z.array(number) }),
})

const predictorSchema = z.object({
  inputs: z.int().check(z.positive()),
  outputs: z.int().check(z.positive()),
  widths: z.array(z.int().check(z.positive())),
  dropout: number,
  classes: z.boolean(),
  members: z.optional(z.int().check(z.positive())),
  heteroscedastic: z.optional(z.boolean()),
})

/** Of the whole model. */
export function predictionMeta(
  residual: TweedieMeta,
  { encoding, predictor, epochs }: ResidualData['centre'],
): TweedieMeta {
  const { shape, affine, range } = residual.data as TweedieMeta['data'] & { readonly affine: unknown }
  const { target, features } = encoding
  return parseTweedieMeta({
    ...residual,
    family: 'prediction',
    data: {
      name: residual.data.name,
      kind: 'table',
      shape: [features.length + 1],
      range,
      classNames: target.kind === 'category' ? [...target.names] : null,
      table: { features, target, shape, affine },
      predictor: predictor.config,
    },
    training: { ...residual.training, predictor: { epochs } },
    parts: { ...residual.parts, predictor: { frozen: true } },
  } as unknown as TweedieMeta)
}

/** The encoding and the predictor's size. @throws TweedieError `model` where they make no sense */
export function centreIn({ data }: TweedieMeta): { readonly encoding: Encoding; readonly predictor: PredictorConfig } {
  const { features, target } = parseConfig(schema, data.table, 'tweedie.json: data.table')
  return {
    encoding: { features, target },
    predictor: parseConfig(predictorSchema, data.predictor, 'tweedie.json: data.predictor'),
  }
}

/** Of the model of residuals alone. */
export function residualMeta(meta: TweedieMeta): TweedieMeta {
  const { shape, affine } = parseConfig(schema, meta.data.table, 'tweedie.json: data.table')
  const { parts: _, ...rest } = meta
  return parseTweedieMeta({
    ...rest,
    family: 'values',
    data: { name: meta.data.name, kind: 'points', shape, range: meta.data.range, affine },
  } as unknown as TweedieMeta)
}
