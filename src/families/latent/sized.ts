/** The same model for pictures of another size, where its networks are convolutions. */
import { strideOf } from '../../engine/nn/network-classes.ts'
import { TweedieError } from '../../errors.ts'
import { frameOf } from '../../files/data/frame.ts'
import { parseTweedieMeta } from '../../files/io/tweedie-meta.ts'
import { networkOf } from '../network-of.ts'
import type { OwnComponents } from '../own-parts.ts'
import { scaleOfMeta } from '../scale-of-meta.ts'
import type { Model } from '../values/model.ts'
import { networkSized } from './fitted-parts.ts'
import { priorMeta } from './meta.ts'
import type { LatentModel } from './model.ts'
import { type Size, sizedAutoencoder } from './sized-autoencoder.ts'

/** Those that were made, by model: what was compiled for one is found again. */
const made = new WeakMap<LatentModel, Map<string, LatentModel>>()

/**
 * A model of the same weights. Its networks have learned pictures of their own size: far from that they draw things twice, or none.
 *
 * @param size multiples of the pixels that one place of a code stands for; left out: the model itself
 * @throws TweedieError `usage` for a size that is none, or a network that is bound to its own
 */
export function sized(model: LatentModel, size: Size | undefined, own: OwnComponents = {}): LatentModel {
  const [, height, width] = model.autoencoder.frame.item
  if (size === undefined || (size[0] === height && size[1] === width)) return model
  const known = made.get(model) ?? new Map<string, LatentModel>()
  made.set(model, known)
  const found = known.get(size.join()) ?? resized(model, size, own)
  known.set(size.join(), found)
  return found
}

function resized(model: LatentModel, size: Size, own: OwnComponents): LatentModel {
  const { prior, autoencoder: part } = model
  const { stride = 1 } = part.autoencoder
  const [channels] = prior.frame.item as [number]
  requirePossible(model, size, stride)
  const side = size.map((each) => each / stride)
  const { data } = model.meta
  const latents = { ...(data.latents as object), shape: [channels, ...side] }
  const meta = parseTweedieMeta({ ...model.meta, data: { ...data, shape: [data.shape[0]!, ...size], latents } })
  const network = networkOf(networkSized(prior.network, padded(side, strideOf(prior.network))), own)
  const autoencoder = sizedAutoencoder(part, size)
  const ofCodes = priorMeta(meta)
  const codes: Model = {
    ...prior,
    network,
    frame: frameOf([channels, ...side], 1, strideOf(network)),
    scale: scaleOfMeta(ofCodes.data),
    picture: size,
    meta: ofCodes,
  }
  return { ...model, prior: codes, autoencoder, meta }
}

const padded = (side: readonly number[], stride: number): number[] =>
  side.map((each) => Math.ceil(each / stride) * stride)

function requirePossible(
  { prior, autoencoder: { autoencoder, frame } }: LatentModel,
  size: Size,
  stride: number,
): void {
  const { className, config } = prior.network
  const bound = !('sample_size' in config)
    ? className
    : 'sample_size' in autoencoder.config
      ? undefined
      : autoencoder.className
  if (bound !== undefined || frame.item.length !== 3 || prior.frame.patch !== 1) {
    throw new TweedieError('usage', `\`size\`: a model with ${bound ?? 'patches'} draws pictures of one size only`)
  }
  if (size.every((each) => Number.isInteger(each) && each > 0 && each % stride === 0)) return
  throw new TweedieError('usage', `\`size\` is ${size.join('x')}: both must be multiples of ${stride} pixels`, {
    hint: `\`size: ${size.map((each) => Math.max(1, Math.round(each / stride)) * stride).join('x')}\``,
  })
}
