/** What a pipeline of diffusers knows of its model of codes that lies in none of its parts. */
import { pooledName } from '../../compiled/prompts/text-condition.ts'
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
