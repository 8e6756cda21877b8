/** A trained autoencoder: its weights, the law of data given a code, and the map from data to what the network sees. */
import type { AutoencoderWeights } from '../../compiled/autoencoder.ts'
import { type DecoderLawName, decoderLawNames } from '../../diffusion/latent/index.ts'
import { autoencoderFromConfig } from '../../engine/nn/autoencoder-registry.ts'
import { autoencoderParameters } from '../../engine/nn/autoencoder.ts'
import { TweedieError } from '../../errors.ts'
import type { DataScale } from '../../files/data/dataset.ts'
import { type Frame, frameOf } from '../../files/data/frame.ts'
import type { ModelFolder, ModelFolderInput } from '../../files/io/model-folder.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import { requireUsable } from '../../compiled/sampling.ts'
import type { ModelLaw } from './law-of.ts'
import { partName } from './parts.ts'

/** A model in memory. */
export interface VaeModel extends AutoencoderWeights {
  readonly family: 'vae'
  readonly law: ModelLaw
  readonly frame: Frame
  /** From the network's values to those of the data. */
  readonly scale: DataScale
  readonly classNames: readonly string[]
  readonly meta: TweedieMeta
}

/**
 * The model of a folder's content.
 *
 * @throws TweedieError `model` where weights, autoencoder and data do not fit together
 */
export function vaeOf({ network, weights, meta }: ModelFolder): VaeModel {
  requireUsable(meta.sampler, [], 'autoencoders')
  const autoencoder = autoencoderFromConfig(network.className, network.config)
  const layout = autoencoderParameters(autoencoder)
  const { data } = meta
  const frame = frameOf(data.shape, data.patch, autoencoder.stride)
  if (frame.network.join() !== autoencoder.inputShape.join()) {
    throw new TweedieError(
      'model',
      `data [${data.shape.join(', ')}] are [${frame.network.join(', ')}] for the autoencoder, which expects [${autoencoder.inputShape.join(', ')}]`,
    )
  }
  return {
    family: 'vae',
    autoencoder,
    layout,
    weights: layout.fromMap(weights),
    law: lawOf(meta),
    frame,
    scale: scaleOf(data),
    classNames: [],
    meta,
  }
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

/** The law that `tweedie.json` records. @throws TweedieError `model` for one that is not known */
function lawOf({ objective }: TweedieMeta): ModelLaw {
  const { name, sigma, shades } = Object(objective.law) as Partial<Record<keyof ModelLaw, unknown>>
  const isWidth = typeof sigma === 'number' && sigma > 0
  const isCount = Number.isInteger(shades) && (shades as number) >= 2 && (shades as number) <= 65_536
  const known = decoderLawNames.includes(name as DecoderLawName)
  if (!known || (name !== 'bernoulli' && !isWidth) || (name === 'discretised' && !isCount)) {
    throw new TweedieError('model', `tweedie.json: objective.law is ${JSON.stringify(objective.law)}`, {
      hint: `a name (${decoderLawNames.join(', ')}), a positive sigma, and of discretised the number of shades`,
    })
  }
  return {
    name: name as DecoderLawName,
    sigma: isWidth ? sigma : undefined,
    shades: isCount ? (shades as number) : undefined,
  }
}

function scaleOf({ kind, shape, range, affine }: TweedieMeta['data']): DataScale {
  return {
    kind: kind === 'image' || kind === 'points' ? kind : 'array',
    shape,
    range: range ?? [-1, 1],
    affine: (affine as DataScale['affine']) ?? undefined,
  }
}
