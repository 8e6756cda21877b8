/** The quantiser that a run names: of a model, or alone in a folder. */
import { sampleSize } from '../../engine/nn/check-config.ts'
import { dataInMeta } from '../data-in-meta.ts'
import { scaleOfMeta } from '../scale-of-meta.ts'
import type { AutoencoderWeights } from '../../compiled/autoencoder.ts'
import { isVectorQuantiser, vqModel } from '../../engine/nn/vq-model/vq-model.ts'
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { parseTweedieMeta } from '../../files/io/tweedie-meta.ts'
import { shapeText } from '../../words.ts'
import type { FamilyModel, OtherModel, PrepareSetting } from '../family.ts'
import type { VqModel } from '../vq/model.ts'
import type { VqDiffusionModel } from './model.ts'

/** A quantiser, where it is from, and a cache beside it. */
export interface OpenedQuantiser extends Pick<OtherModel, 'path' | 'store'> {
  readonly quantiser: VqModel
}

/**
 * Opens it: a vector-quantised autoencoder, that of a model of tokens, or a `VQModel` that lies alone.
 *
 * @throws TweedieError `usage` for a model whose codes are no tokens, `model` for none
 */
export async function openQuantiser(
  source: unknown,
  data: ArrayDataset,
  setting: PrepareSetting,
): Promise<OpenedQuantiser> {
  const alone = await setting.autoencoder(source)
  if (alone) {
    const { part, ...rest } = alone
    return { ...rest, quantiser: quantiserFor(part, data, rest.path) }
  }
  const { model, path, store } = await setting.open(source)
  return { quantiser: quantiserIn(model, path), path, store }
}

/** The quantiser of an opened model: itself, or that of a model of tokens. */
function quantiserIn(model: FamilyModel, path = 'the model'): VqModel {
  if (model.family === 'vq') return model as VqModel
  if (model.family === 'vq-diffusion') return (model as VqDiffusionModel).quantiser
  const isCoded = model.family === 'vae' || model.family === 'latent'
  throw noTokens(path, isCoded ? 'its codes are no tokens' : `it is a model of the family ${model.family}`, isCoded)
}

function noTokens(path: string, why: string, isCoded: boolean): TweedieError {
  return new TweedieError('usage', `\`latents\`: ${path} is no autoencoder with tokens: ${why}`, {
    hint: isCoded
      ? 'leave `model` out: a model of codes with Gaussian noise learns them'
      : 'train one: `train DATA --model vq --out runs/vq`',
  })
}

/** One that lies alone, for such data: images of any size go through its convolutions, and are seen from −1 to 1. */
function quantiserFor({ autoencoder, ...part }: AutoencoderWeights, data: ArrayDataset, path = 'the model'): VqModel {
  const { className, inputShape } = autoencoder
  if (!isVectorQuantiser(autoencoder)) throw noTokens(path, `it is a ${className}`, true)
  const [channels, height = 1, width = 1] = data.shape
  if (data.shape.length !== 3 || channels !== inputShape[0]) {
    throw new TweedieError(
      'usage',
      `\`latents\`: ${path} takes images of ${inputShape[0]} channels, and items of ${data.name} are ${shapeText(data.shape)}`,
      { hint: '`channels` says how images are read' },
    )
  }
  const sized = vqModel({ ...autoencoder.config, sample_size: sampleSize(height, width) })
  const meta = parseTweedieMeta({
    family: 'vq',
    data: dataInMeta(data),
    objective: { parametrisation: 'tokens' },
  })
  return {
    family: 'vq',
    ...part,
    autoencoder: sized,
    scale: scaleOfMeta(meta.data),
    frame: { item: data.shape },
    classNames: [],
    meta,
  }
}
