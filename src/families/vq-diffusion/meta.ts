/**
 * What `tweedie.json` says of a model of a quantiser's tokens, and of each of its parts alone. `data` is of the items; `data.tokens` has
 * the shape of maps, the number of tokens and the quantiser's checksum; `objective.quantiser` and `training.quantiser` are those that the
 * quantiser was trained by.
 */
import * as z from 'zod/mini'
import { parseConfig } from '../../files/io/parse-config.ts'
import { parseTweedieMeta, type TweedieMeta } from '../../files/io/tweedie-meta.ts'
import { vocabularyField } from '../token-vocabulary.ts'
import type { TokenModel } from '../tokens/model.ts'
import { type VqModel, vqPart } from '../vq/model.ts'
import { tokenVocabulary } from '../vq/tokens.ts'

const schema = z.object({
  shape: z.array(z.int().check(z.positive())).check(z.minLength(1)),
  codes: z.int().check(z.positive()),
  quantiser: z.string(),
})

/** The record of tokens. */
export interface TokenRecord {
  /** Of a map. */
  readonly shape: readonly number[]
  /** K. */
  readonly codes: number
  /** A checksum. */
  readonly quantiser: string
}

/** The record of tokens. @throws TweedieError `model` where there is none, or it makes no sense */
export function tokensIn({ data }: TweedieMeta): TokenRecord {
  return parseConfig(schema, data.tokens, 'tweedie.json: data.tokens')
}

/** Of the whole model. */
export function wholeMeta({ meta, shape, process }: TokenModel, quantiser: VqModel, sum: string): TweedieMeta {
  const { data, objective, training, ...rest } = meta
  const { name, classNames, unconditionalLabel } = data
  return parseTweedieMeta({
    ...rest,
    family: 'vq-diffusion',
    data: {
      ...quantiser.meta.data,
      name,
      classNames,
      unconditionalLabel,
      tokens: { shape: [...shape], codes: process.categories, quantiser: sum },
    },
    objective: { ...objective, quantiser: quantiser.meta.objective },
    training: { ...training, quantiser: quantiser.meta.training },
    parts: { [vqPart]: { frozen: true } },
  })
}

/** Of the model of tokens alone. The colours of tokens are those of the quantiser's vectors. */
export function priorMeta(meta: TweedieMeta, quantiser: VqModel): TweedieMeta {
  const { shape, codes } = tokensIn(meta)
  const { name, classNames, unconditionalLabel } = meta.data
  const { quantiser: _, ...objective } = meta.objective
  const { quantiser: __, ...training } = meta.training
  const { parts: ___, ...rest } = meta
  const look = vocabularyField(tokenVocabulary(quantiser))
  return parseTweedieMeta({
    ...rest,
    family: 'tokens',
    data: { name, kind: 'tokens', shape, categories: codes, ...look, classNames, unconditionalLabel },
    objective,
    training,
  })
}

/** Of the quantiser alone. */
export function quantiserMeta(meta: TweedieMeta): TweedieMeta {
  const { tokens: _, ...data } = meta.data
  return parseTweedieMeta({
    version: meta.version,
    family: 'vq',
    data: { ...data, classNames: null, unconditionalLabel: null },
    objective: meta.objective.quantiser,
    training: meta.training.quantiser,
  })
}
