/** What a pipeline of diffusers knows of its model of codes that lies in none of its parts. */
import { pooledName } from '../../compiled/prompts/text-condition.ts'
import type { Component } from '../../files/io/component.ts'
import type { ModelFolderInput } from '../../files/io/model-folder.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import type { Model } from '../values/model.ts'
import { latentsIn } from './meta.ts'

/**
 * The model of codes with the size of its pictures. Of Stable Diffusion XL, texts are read before the last layer of each encoder and its norm, and an empty
 * negative prompt is nothing where the pipeline says so.
 */
export function ofPipeline(prior: Model, meta: TweedieMeta): Model {
  const { pipeline } = latentsIn(meta)
  const [, height, width] = meta.data.shape as [number, number, number]
  const model: Model = meta.data.shape.length === 3 ? { ...prior, picture: [height, width] } : prior
  if (!pipeline || !prior.words || !(pooledName in prior.network.conditions)) return model
  const encoders = prior.words.encoders.map((each) => Object.freeze({ ...each, skip: 1, finalNorm: false }))
  const emptyIsNothing = pipeline.force_zeros_for_empty_prompt !== false
  return { ...model, words: { encoders, emptyIsNothing } }
}

/** One picture unless more are asked for: those of pipelines are large. */
export function fewOf({ meta }: { readonly meta: TweedieMeta }): { readonly count?: number } {
  return latentsIn(meta).pipeline ? { count: 1 } : {}
}

/** What the index of a pipeline lists where there is nothing. */
const none = [null, null] as const

/**
 * The pipeline of diffusers that such parts are: that of a folder, or Stable Diffusion's where a model of ours has just its parts, so that diffusers opens it.
 */
export function pipelineIn(
  { prior, meta }: { readonly prior: Model; readonly meta: TweedieMeta },
  autoencoder: Component,
): ModelFolderInput['pipeline'] {
  const { pipeline } = latentsIn(meta)
  if (pipeline) return pipeline
  const { network, words, scheduler } = prior
  const encoders = words?.encoders ?? []
  const isPlain =
    network.className === 'UNet2DConditionModel' &&
    Object.keys(network.conditions).length === 1 &&
    network.config.context_nothing !== true &&
    autoencoder.className === 'AutoencoderKL' &&
    'scaling_factor' in autoencoder.config &&
    !('latents_mean' in autoencoder.config) &&
    encoders.length === 1 &&
    encoders[0]!.encoder.className === 'CLIPTextModel'
  if (!isPlain || scheduler === null) return undefined
  return {
    className: 'StableDiffusionPipeline',
    requires_safety_checker: false,
    safety_checker: none,
    feature_extractor: none,
  }
}
