/** A trained model of a quantiser's tokens: the quantiser, and a model of tokens that are its own. */
import { autoencoderPart } from '../../compiled/autoencoder-part.ts'
import { TweedieError } from '../../errors.ts'
import type { ModelFolder, ModelFolderInput } from '../../files/io/model-folder.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import { partSum } from '../coded/part-sum.ts'
import type { FamilyModel } from '../family.ts'
import type { OwnComponents } from '../own-parts.ts'
import { tokenFolderOf, type TokenModel, tokenModelOf } from '../tokens/model.ts'
import { type VqModel, vqModelOf, vqPart } from '../vq/model.ts'
import { priorMeta, quantiserMeta, tokensIn } from './meta.ts'

/** A model in memory. */
export interface VqDiffusionModel extends FamilyModel {
  readonly family: 'vq-diffusion'
  /** The discrete diffusion of maps of tokens. */
  readonly prior: TokenModel
  readonly quantiser: VqModel
}

/**
 * The model of a folder's content.
 *
 * @throws TweedieError `model` where its parts do not fit together
 */
export function vqDiffusionOf(folder: ModelFolder, own: OwnComponents = {}): VqDiffusionModel {
  const { components, meta } = folder
  const part = components.get(vqPart)
  if (!part) {
    throw new TweedieError('model', `there is no ${vqPart}/ beside the model of its tokens`, {
      hint: 'copy the whole folder again',
    })
  }
  const quantiser = vqModelOf({ network: part, weights: part.weights, meta: quantiserMeta(meta) })
  requireFitting(quantiser, meta)
  const prior = tokenModelOf({ ...folder, meta: priorMeta(meta, quantiser) }, own)
  return { family: 'vq-diffusion', prior, quantiser, classNames: prior.classNames, meta }
}

/** The content of the model's folder; the inverse of {@link vqDiffusionOf}. */
export function vqDiffusionFolderOf({ prior, quantiser, meta }: VqDiffusionModel): ModelFolderInput {
  return { ...tokenFolderOf(prior), components: new Map([[vqPart, autoencoderPart(quantiser)]]), meta }
}

function requireFitting(quantiser: VqModel, meta: TweedieMeta): void {
  const { tokenShape, codes } = quantiser.autoencoder
  const { shape, codes: known, quantiser: sum } = tokensIn(meta)
  if (shape.join() !== tokenShape.join() || known !== codes) {
    const [has, is] = [`[${tokenShape.join(', ')}] of ${codes}`, `[${shape.join(', ')}] of ${known}`]
    throw new TweedieError('model', `${vqPart}/ has maps ${has} tokens, and the model is of maps ${is}`)
  }
  if (sum === partSum(quantiser)) return
  throw new TweedieError('model', `${vqPart}/ is not the autoencoder whose tokens the model has learned`, {
    hint: 'copy the whole folder again, or train a model of the tokens of this one: `train DATA --model vq-diffusion --latents RUN`',
  })
}
