/** A trained model of codes: an autoencoder, and a model of values that are its codes. */
import { autoencoderPart } from '../../compiled/autoencoder-part.ts'
import { TweedieError } from '../../errors.ts'
import type { Affine } from '../../files/data/dataset.ts'
import type { Component } from '../../files/io/component.ts'
import type { ModelFolder, ModelFolderInput } from '../../files/io/model-folder.ts'
import { parseTweedieMeta, type TweedieMeta } from '../../files/io/tweedie-meta.ts'
import type { FamilyModel } from '../family.ts'
import type { OwnComponents } from '../own-parts.ts'
import { type VaeModel, vaeOf } from '../vae/model.ts'
import { folderOf, type Model } from '../values/model.ts'
import { modelOf } from '../values/model-of.ts'
import { ofPipeline, pipelineIn } from './of-pipeline.ts'
import { fittedParts, plainNetwork } from './fitted-parts.ts'
import { autoencoderMeta, latentsIn, priorMeta } from './meta.ts'
import { autoencoderSum } from './autoencoder-sum.ts'
import { codeField, windowOf, windowShape } from './windows/code-windows.ts'

/** Where the autoencoder lies in a folder. */
export const autoencoderName = 'vae'

/** A model in memory. */
export interface LatentModel extends FamilyModel {
  readonly family: 'latent'
  /** The diffusion of codes. Its scale is from what the network sees to codes, by channel. */
  readonly prior: Model
  readonly autoencoder: VaeModel
}

/**
 * The model of a folder's content.
 *
 * @throws TweedieError `model` where its parts do not fit together
 */
export function latentOf(folder: ModelFolder, own: OwnComponents = {}): LatentModel {
  const { components, meta } = folder
  const { pipeline } = latentsIn(meta)
  const part = components.get(autoencoderName)
  if (!part) {
    throw new TweedieError('model', `there is no ${autoencoderName}/ beside the model of its codes`, {
      hint: 'copy the whole folder again',
    })
  }
  const fitted = pipeline ? fittedParts(folder, part, meta) : { network: folder.network, autoencoder: part }
  const prior = modelOf({ ...folder, network: fitted.network, meta: priorMeta(meta) }, own)
  const autoencoder = vaeOf({
    ...folder,
    network: fitted.autoencoder,
    weights: part.weights,
    meta: autoencoderMeta(meta),
  })
  requireFitting(prior, autoencoder, meta)
  return { family: 'latent', prior: ofPipeline(prior, meta), autoencoder, classNames: prior.classNames, meta }
}

/** The content of the model's folder; the inverse of {@link latentOf}. */
export function latentFolderOf({ prior, autoencoder, meta }: LatentModel): ModelFolderInput {
  const part = scaledPart(autoencoderPart(autoencoder), prior.scale.affine!)
  const folder = folderOf(prior)
  const pipeline = pipelineIn({ prior, meta }, part)
  return {
    ...folder,
    ...(pipeline && { network: plainNetwork(folder.network), pipeline }),
    components: new Map([...(folder.components ?? []), [autoencoderName, part]]),
    meta: parseTweedieMeta(meta),
  }
}

/** An AutoencoderKL says in diffusers' terms how its codes are scaled. */
function scaledPart(part: Component, { shift, scale }: Affine): Component {
  if (part.className !== 'AutoencoderKL') return part
  const { latents_mean: _, latents_std: __, shift_factor: ___, ...config } = part.config
  const even = [shift, scale].every((values) => values.every((value) => value === values[0]))
  const scaling = even
    ? { scaling_factor: 1 / scale[0]!, ...(shift[0] !== 0 && { shift_factor: shift[0]! }) }
    : { latents_mean: [...shift], latents_std: [...scale], scaling_factor: 1, shift_factor: null }
  return { ...part, config: { ...config, ...scaling } }
}

function requireFitting({ frame }: Model, autoencoder: VaeModel, meta: TweedieMeta): void {
  const { latentShape } = autoencoder.autoencoder
  const states = windowOf({ prior: { frame } })
  const codes = states === undefined ? latentShape : windowShape(codeField(latentShape), states)
  if (frame.item.join() !== codes.join()) {
    throw new TweedieError(
      'model',
      `the autoencoder has codes [${codes.join(', ')}], and the model is of codes [${frame.item.join(', ')}]`,
    )
  }
  const { autoencoder: sum } = latentsIn(meta)
  if (sum === undefined || autoencoder.autoencoder.onnx || sum === autoencoderSum(autoencoder)) return
  throw new TweedieError('model', `${autoencoderName}/ is not the autoencoder whose codes the model has learned`, {
    hint: 'copy the whole folder again, or train a model of the codes of this one: `train DATA --latents RUN`',
  })
}
