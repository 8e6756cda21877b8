/** A trained autoencoder: its weights, the law of data given a code, and the map from data to what the network sees. */
import type { AutoencoderWeights } from '../../compiled/autoencoder.ts'
import { autoencoderFrom } from '../../compiled/autoencoder-part.ts'
import { requireUsable } from '../../compiled/sampling.ts'
import { autoencoderParameters } from '../../engine/nn/autoencoder.ts'
import type { ModelFolder, ModelFolderInput } from '../../files/io/model-folder.ts'
import { type CodedModel, codedOfMeta } from '../coded/coded-model.ts'
import { partName } from './parts.ts'

/** A model in memory. */
export interface VaeModel extends AutoencoderWeights, CodedModel {
  readonly family: 'vae'
}

/**
 * The model of a folder's content.
 *
 * @throws TweedieError `model` where weights, autoencoder and data do not fit together
 */
export function vaeOf({ network, weights, meta }: ModelFolder): VaeModel {
  requireUsable(meta.sampler, [], 'autoencoders')
  const autoencoder = autoencoderFrom(network)
  const layout = autoencoderParameters(autoencoder)
  const coded = codedOfMeta(meta, autoencoder)
  return { family: 'vae', autoencoder, layout, weights: layout.fromMap(weights), ...coded }
}

/** The content of the model's folder; the inverse of {@link vaeOf}. An AutoencoderKL is one of diffusers. */
export function vaeFolderOf({ autoencoder, layout, weights, meta }: VaeModel): ModelFolderInput {
  const { className, config } = autoencoder
  return {
    network: { className, config },
    weights: layout.toMap(weights),
    main: { name: partName, library: '_diffusers_version' in config ? 'diffusers' : 'tweedie' },
    scheduler: null,
    meta,
  }
}
