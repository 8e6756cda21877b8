/** A trained vector-quantised autoencoder, and the folder that it lies in: `vqvae/`, as diffusers opens it. */
import { autoencoderOf } from '../../compiled/autoencoder-part.ts'
import type { QuantiserWeights } from '../../compiled/quantiser.ts'
import { isVectorQuantiser } from '../../engine/nn/vq-model/vq-model.ts'
import { TweedieError } from '../../errors.ts'
import type { DataScale } from '../../files/data/dataset.ts'
import type { ModelFolder, ModelFolderInput } from '../../files/io/model-folder.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import type { DrawnModel } from '../drawn-values.ts'
import { scaleOfMeta } from '../scale-of-meta.ts'

/** The name of its part. */
export const vqPart = 'vqvae'

/** A model in memory. */
export interface VqModel extends QuantiserWeights, DrawnModel {
  readonly family: 'vq'
  readonly scale: DataScale
  readonly classNames: readonly []
  readonly meta: TweedieMeta
}

/**
 * The model of a folder's content.
 *
 * @throws TweedieError `model` for another class of network, or where parts do not fit together
 */
export function vqModelOf({ network, weights, meta }: Pick<ModelFolder, 'network' | 'weights' | 'meta'>): VqModel {
  const { autoencoder, ...part } = autoencoderOf({ ...network, weights })
  if (!isVectorQuantiser(autoencoder)) {
    throw new TweedieError('model', `${network.className}: its codes are no tokens, a VQModel is needed`)
  }
  const { shape } = meta.data
  if (shape.join() !== autoencoder.inputShape.join()) {
    throw new TweedieError(
      'model',
      `data [${shape.join(', ')}], but the network takes [${autoencoder.inputShape.join(', ')}]`,
    )
  }
  return {
    family: 'vq',
    autoencoder,
    ...part,
    scale: scaleOfMeta(meta.data),
    frame: { item: shape },
    classNames: [],
    meta,
  }
}

/** The content of the model's folder; the inverse of {@link vqModelOf}. */
export function vqFolderOf({ autoencoder, layout, weights, meta }: VqModel): ModelFolderInput {
  const { className, config } = autoencoder
  return {
    network: { className, config },
    weights: layout.toMap(weights),
    main: { name: vqPart, library: 'diffusers' },
    scheduler: null,
    meta,
  }
}
