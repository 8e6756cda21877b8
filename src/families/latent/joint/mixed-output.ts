/**
 * The mixed score of a prior as a part that is trained beside its network, and how it goes into the network's weights. It predicts v,
 * of which a mixture is a factor of each channel: v̂ = m v̂_θ. The last layer is linear, so its rows take the factor, and the folder
 * holds an ordinary network.
 */
import { mixture, mixtureInit, mixtureName, mixtureValues } from '../../../diffusion/latent/index.ts'
import type { Tensor } from '../../../engine/graph/index.ts'
import { type Layout, layoutOf } from '../../../engine/nn/layout.ts'
import type { Network } from '../../../engine/nn/network.ts'
import type { Scope } from '../../../engine/nn/parameters.ts'
import { partScope, partView, type TrainParts } from '../../../tools/train/parts.ts'

/** The part's name. */
const part = 'mixture'

/** The last layers, their rows channel after channel, by the classes of networks. */
const lastLayers: Readonly<Record<string, string>> = { UNet2DModel: 'conv_out', MLP: 'linear_out', DiT: 'proj_out' }

/** The last layer of a network, if its output is that layer's. */
function lastLayer({ className, config }: Network): string | undefined {
  // images beside the features are added behind it
  const { up_block_types: blocks = [] } = config as { readonly up_block_types?: readonly string[] }
  return blocks.some((each) => each.includes('Skip')) ? undefined : lastLayers[className]
}

/** The part of a network, with m at first; none for one whose last layer is not known. */
export function mixturePart(network: Network, first = 0.5): TrainParts {
  if (lastLayer(network) === undefined) return {}
  return {
    [part]: { layout: layoutOf([{ name: mixtureName, shape: [network.outputShape[0]!], init: mixtureInit(first) }]) },
  }
}

/** m of each channel as an expression; undefined without the part. */
export function mixtureIn(parts: TrainParts, scope: Scope, { outputShape }: Network): Tensor | undefined {
  return part in parts ? mixture(partScope(parts, part, scope), outputShape[0]!) : undefined
}

/** m of each channel after training; undefined without the part. @param flat the values of all parts */
export function trainedMixture(parts: TrainParts, flat: Float32Array): readonly number[] | undefined {
  return part in parts ? mixtureValues(partView(parts, part, flat)) : undefined
}

/** The network's weights with the mixture in them, a new array. */
export function mixedWeights(
  network: Network,
  layout: Layout,
  weights: Float32Array,
  shares: readonly number[] | undefined,
): Float32Array {
  const mixed = weights.slice()
  const layer = lastLayer(network)
  if (shares === undefined || layer === undefined) return mixed
  for (const name of ['weight', 'bias']) {
    const values = layout.view(mixed, `${layer}.${name}`)
    const each = values.length / shares.length
    for (let i = 0; i < values.length; i++) values[i]! *= shares[Math.floor(i / each)]!
  }
  return mixed
}
