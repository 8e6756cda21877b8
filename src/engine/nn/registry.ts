/** Networks by the name that a model folder gives them. */
import { TweedieError } from '../../errors.ts'
import { dit } from './dit.ts'
import { categoricalUnet } from './categorical-unet.ts'
import { embeddingTransformer } from './embedding-transformer.ts'
import { equivariantNetwork } from './equivariant/index.ts'
import { mlp } from './mlp.ts'
import type { Network } from './network.ts'
import { setTransformer } from './set-transformer.ts'
import { tokenTransformer } from './token-transformer.ts'
import { unet2d } from './unet2d/unet2d.ts'
import { unet2dCondition } from './unet2d-condition/unet2d-condition.ts'

/** Every kind of network: from a configuration, itself checked, to the network. */
const networks: Readonly<Record<string, (config: never) => Network>> = Object.freeze({
  UNet2DModel: unet2d,
  UNet2DConditionModel: unet2dCondition,
  MLP: mlp,
  DiT: dit,
  SetTransformer: setTransformer,
  TokenTransformer: tokenTransformer,
  EmbeddingTransformer: embeddingTransformer,
  CategoricalUNet: categoricalUnet,
  EquivariantGraphNetwork: equivariantNetwork,
})

/** The names that {@link networkFromConfig} knows. */
export const networkClasses: readonly string[] = Object.freeze(Object.keys(networks))

/**
 * The network of this class and configuration.
 *
 * @throws TweedieError `model` for an unknown class, or a configuration that its class refuses
 * @example
 * const network = networkFromConfig('MLP', { input_shape: [2] })
 */
export function networkFromConfig(className: string, config: object): Network {
  if (!Object.hasOwn(networks, className)) {
    throw new TweedieError('model', `network ${className}: expected one of ${networkClasses.join(', ')}`)
  }
  return networks[className]!(config as never)
}

/** What heights and widths must be multiples of; 1 for networks that take any. */
export function strideOf(network: Network): number {
  return network.stride ?? 1
}
