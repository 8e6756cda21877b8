/**
 * What `tweedie.json` says of a model of codes, and of each of its parts alone. `data` is of the items; `data.latents` has the shape of
 * codes, the patches of them that the network sees, the map from what it sees to codes, and the autoencoder's checksum;
 * `objective.autoencoder` and `training.autoencoder` are those that the autoencoder was trained by.
 */
import * as z from 'zod/mini'
import { parseConfig } from '../../files/io/parse-config.ts'
import { parseTweedieMeta, type TweedieMeta } from '../../files/io/tweedie-meta.ts'
import { defined } from '../defined.ts'
import type { VaeModel } from '../vae/model.ts'
import type { Model } from '../values/model.ts'

const numbers = z.array(z.number())
const schema = z.object({
  shape: z.array(z.int().check(z.positive())).check(z.minLength(1)),
  patch: z._default(z.int().check(z.positive()), 1),
  shift: numbers,
  scale: numbers.check(z.refine((all) => all.every((each) => each > 0), 'expected positive numbers')),
  autoencoder: z.optional(z.string()),
  pipeline: z.optional(z.looseObject({ className: z.string() })),
})

const jointSchema = z.optional(z.object({ steps: z.int().check(z.minimum(0)), mixture: z.optional(numbers) }))

/** The record of codes. */
export interface LatentRecord {
  readonly shape: number[]
  readonly patch: number
  /** codes = shift + scale · x, by channel. */
  readonly shift: readonly number[]
  readonly scale: readonly number[]
  /** A checksum; undefined for a pipeline that others trained. */
  readonly autoencoder?: string | undefined
  /** The class of that pipeline, and its settings. */
  readonly pipeline?: PipelineRecord | undefined
}

/** What a pipeline of diffusers says of itself. */
export interface PipelineRecord {
  readonly className: string
  readonly [setting: string]: unknown
}

/** The record of codes. @throws TweedieError `model` where there is none, or it makes no sense */
export function latentsIn({ data }: TweedieMeta): LatentRecord {
  return parseConfig(schema, data.latents, 'tweedie.json: data.latents')
}

/** What is recorded of training both together: for how many steps, and the mixture m of each channel. */
export interface JointRecord {
  readonly steps: number
  readonly mixture?: readonly number[] | undefined
}

/** How both were trained together; undefined where they were not. @throws TweedieError `model` for a record that makes no sense */
export function jointIn({ objective }: TweedieMeta): JointRecord | undefined {
  return parseConfig(jointSchema, objective.joint, 'tweedie.json: objective.joint')
}

/** Of the whole model. @param joint where the autoencoder was trained with it; else it has not changed */
export function latentMeta(prior: Model, autoencoder: VaeModel, sum: string, joint?: JointRecord): TweedieMeta {
  const { data, objective, training, ...rest } = prior.meta
  const { shift, scale } = prior.scale.affine!
  const { name, classNames, unconditionalLabel, captions, fields } = data
  return parseTweedieMeta({
    ...rest,
    family: 'latent',
    data: {
      ...autoencoder.meta.data,
      name,
      classNames,
      unconditionalLabel,
      ...(captions !== undefined && { captions }),
      ...(fields !== undefined && { fields }),
      latents: { shape: [...data.shape], patch: data.patch, shift: [...shift], scale: [...scale], autoencoder: sum },
    },
    objective: { ...objective, ...(joint && { joint: defined(joint) }), autoencoder: autoencoder.meta.objective },
    training: { ...training, autoencoder: autoencoder.meta.training },
    ...(!joint && { parts: { ...rest.parts, vae: { frozen: true } } }),
  })
}

/** Of the model of codes alone. */
export function priorMeta(meta: TweedieMeta): TweedieMeta {
  const { shape, patch, shift, scale } = latentsIn(meta)
  const { name, classNames, unconditionalLabel, captions, fields } = meta.data
  const { autoencoder: _, joint: ___, ...objective } = meta.objective
  const { autoencoder: __, ...training } = meta.training
  const affine = { shift: [...shift], scale: [...scale] }
  return parseTweedieMeta({
    ...meta,
    family: 'values',
    data: {
      name,
      // windows of codes are fields over time
      kind: shape.length === 4 ? 'fields' : 'points',
      shape,
      range: [-1, 1],
      affine,
      patch,
      classNames,
      unconditionalLabel,
      ...(captions !== undefined && { captions }),
      ...(fields !== undefined && { fields }),
    },
    objective,
    training,
  } as TweedieMeta)
}

/** Of the autoencoder alone. */
export function autoencoderMeta(meta: TweedieMeta): TweedieMeta {
  const { latents: _, ...data } = meta.data
  return parseTweedieMeta({
    version: meta.version,
    family: 'vae',
    data: { ...data, classNames: null, unconditionalLabel: null },
    objective: meta.objective.autoencoder as TweedieMeta['objective'],
    training: meta.training.autoencoder as TweedieMeta['training'],
  })
}
