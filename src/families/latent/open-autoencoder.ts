/** The autoencoder that a run names: of a model, or alone in a folder. */
import { sampleSize } from '../../engine/nn/check-config.ts'
import { dataInMeta } from '../data-in-meta.ts'
import { scaleOfMeta } from '../scale-of-meta.ts'
import type { AutoencoderWeights } from '../../compiled/autoencoder.ts'
import { autoencoderFromConfig } from '../../engine/nn/autoencoder-registry.ts'
import { isVectorQuantiser } from '../../engine/nn/vq-model/vq-model.ts'
import { TweedieError } from '../../errors.ts'
import { type Affine, type ArrayDataset, itemSize } from '../../files/data/dataset.ts'
import { frameOf, toNetwork } from '../../files/data/frame.ts'
import { areBytes, loadBatch } from '../../files/data/normalise.ts'
import { parseTweedieMeta } from '../../files/io/tweedie-meta.ts'
import { shapeText } from '../../words.ts'
import type { ModelLaw } from '../coded/law-of.ts'
import type { FamilyModel, OtherModel, PrepareSetting } from '../family.ts'
import { codecOf } from '../vae/codec.ts'
import type { VaeModel } from '../vae/model.ts'
import { workOn } from '../warm.ts'
import type { LatentModel } from './model.ts'
import { fittedTo } from './sized-autoencoder.ts'

/** An autoencoder, where it is from, and a cache beside it. */
export interface OpenedAutoencoder extends Pick<OtherModel, 'path' | 'store'> {
  readonly autoencoder: VaeModel
  /** From what a model of its codes sees to codes, where there is one already. */
  readonly affine?: Affine | undefined
}

/**
 * Opens it: a model of the family of autoencoders, the autoencoder of a model of codes, or an AutoencoderKL that lies alone, whose law
 * of data is then measured on these.
 *
 * @param how `whole`: the model of a folder, even if its autoencoder could be read alone
 * @throws TweedieError `usage` for a model without codes that have a law, `model` for none
 */
export async function openAutoencoder(
  source: unknown,
  data: ArrayDataset,
  setting: PrepareSetting,
  { whole = false }: { readonly whole?: boolean } = {},
): Promise<OpenedAutoencoder> {
  const alone = whole ? undefined : await setting.autoencoder(source)
  if (alone) {
    const { part, ...rest } = alone
    return { ...rest, autoencoder: await withLaw(part, data, rest.path, setting) }
  }
  const { model, path, store } = await setting.open(source)
  const affine = model.family === 'latent' ? (model as LatentModel).prior.scale.affine : undefined
  return { autoencoder: fittedTo(autoencoderIn(model, path), data), path, store, affine }
}

/** The autoencoder of an opened model: itself, or that of a model of codes. */
function autoencoderIn(model: FamilyModel, path = 'the model'): VaeModel {
  if (model.family === 'vae') return model as VaeModel
  if (model.family === 'latent') return (model as LatentModel).autoencoder
  if (model.family === 'vq' || model.family === 'vq-diffusion') throw codesAreTokens(path)
  throw noLaw(path, `it is a model of the family ${model.family}`)
}

function codesAreTokens(path: string): TweedieError {
  return noLaw(path, 'its codes are tokens', 'a model of tokens learns them: `model: vq-diffusion`')
}

function noLaw(path: string, why: string, hint = 'train one: `train DATA --model vae --out runs/vae`'): TweedieError {
  return new TweedieError('usage', `\`latents\`: ${path} is no autoencoder with a law of codes: ${why}`, { hint })
}

/** Items on which the width of a law is measured. */
const measured = 64

/**
 * An autoencoder that lies alone, for such data. Images of any size go through its convolutions. The width of its law is the root of
 * the mean squared error of reconstructions from mean codes, in three digits.
 */
async function withLaw(
  part: AutoencoderWeights,
  data: ArrayDataset,
  path: string | undefined,
  setting: PrepareSetting,
): Promise<VaeModel> {
  const { className, config, stride } = part.autoencoder
  if (isVectorQuantiser(part.autoencoder)) throw codesAreTokens(path ?? 'the model')
  if (className !== 'AutoencoderKL') throw noLaw(path ?? 'the model', `it is a ${className}`)
  const [channels] = part.autoencoder.inputShape
  if (data.shape.length !== 3 || data.shape[0] !== channels) {
    throw new TweedieError(
      'usage',
      `\`latents\`: ${path} takes images of ${channels} channels, and items of ${data.name} are ${shapeText(data.shape)}`,
      { hint: '`channels` says how images are read' },
    )
  }
  const frame = frameOf(data.shape, 1, stride)
  const [, height, width] = frame.network
  const autoencoder = autoencoderFromConfig(className, {
    ...config,
    sample_size: sampleSize(height!, width!),
  })
  const bare = { ...part, autoencoder, frame }
  const sigma = Number((await deviationOf(bare as VaeModel, data, setting)).toPrecision(3))
  const law: ModelLaw = areBytes(data)
    ? { name: 'discretised', sigma, shades: 256 }
    : { name: 'gaussian', sigma, shades: undefined }
  const meta = parseTweedieMeta({
    family: 'vae',
    data: dataInMeta(data),
    objective: {
      parametrisation: 'evidence-bound',
      law: { name: law.name, sigma, ...(law.shades && { shades: 256 }) },
    },
  })
  return { ...bare, family: 'vae', law, scale: scaleOfMeta(meta.data), classNames: [], meta }
}

async function deviationOf(
  model: VaeModel,
  data: ArrayDataset,
  { signal, ...setting }: PrepareSetting,
): Promise<number> {
  const count = Math.min(measured, data.length)
  const indices = Array.from({ length: count }, (_, i) => Math.floor((i * data.length) / count))
  const items = loadBatch(data, indices, new Float32Array(count * itemSize(data.shape)))
  const x = toNetwork(model.frame, items, new Float32Array(count * itemSize(model.frame.network)))
  using work = workOn(undefined, signal)
  const codec = await codecOf(model, setting, Math.min(16, count), work.compiled, { signal })
  const again = await codec.decode((await codec.encode(x)).mean)
  return Math.sqrt(x.reduce((sum, each, i) => sum + (each - again[i]!) ** 2, 0) / x.length) || 1e-3
}
