/** All networks at once, by the name that a model folder gives them: for who cannot wait until a class is loaded. */
import { dit } from './dit.ts'
import { categoricalUnet } from './categorical-unet.ts'
import { embeddingTransformer } from './embedding-transformer.ts'
import { equivariantNetwork } from './equivariant/index.ts'
import { mlp } from './mlp.ts'
import type { Network } from './network.ts'
import { type NetworkClass, type NetworkClassName, unknownNetwork } from './network-classes.ts'
import { setTransformer } from './set-transformer.ts'
import { spaceTimeDit } from './space-time/space-time-dit.ts'
import { spaceTimeUNet } from './space-time/space-time-unet.ts'
import { tokenTransformer } from './token-transformer.ts'
import { unet2d } from './unet2d/unet2d.ts'
import { unet2dCondition } from './unet2d-condition/unet2d-condition.ts'

/** Every kind of network: from a configuration, itself checked, to the network. */
const networks: Readonly<Record<NetworkClassName, NetworkClass>> = Object.freeze({
  UNet2DModel: unet2d,
  UNet2DConditionModel: unet2dCondition,
  MLP: mlp,
  DiT: dit,
  SpaceTimeUNet: spaceTimeUNet,
  SpaceTimeDiT: spaceTimeDit,
  SetTransformer: setTransformer,
  TokenTransformer: tokenTransformer,
  EmbeddingTransformer: embeddingTransformer,
  CategoricalUNet: categoricalUnet,
  EquivariantGraphNetwork: equivariantNetwork,
})

/**
 * The network of this class and configuration.
 *
 * @throws TweedieError `model` for an unknown class, or a configuration that its class refuses
 * @example
 * const network = networkFromConfig('MLP', { input_shape: [2] })
 */
export function networkFromConfig(className: string, config: object): Network {
  if (!Object.hasOwn(networks, className)) throw unknownNetwork(className)
  return networks[className as NetworkClassName](config as never)
}
