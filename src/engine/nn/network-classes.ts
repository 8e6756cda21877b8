/** Networks by the name that a model folder gives them, each loaded when it is asked for. */
import { TweedieError } from '../../errors.ts'
import type { Network } from './network.ts'

/** From a configuration, itself checked, to the network. */
export type NetworkClass = (config: never) => Network

/** Every kind of network that is built in. */
const classes = Object.freeze({
  UNet2DModel: async () => (await import('./unet2d/unet2d.ts')).unet2d,
  UNet2DConditionModel: async () => (await import('./unet2d-condition/unet2d-condition.ts')).unet2dCondition,
  MLP: async () => (await import('./mlp.ts')).mlp,
  DiT: async () => (await import('./dit.ts')).dit,
  SpaceTimeUNet: async () => (await import('./space-time/space-time-unet.ts')).spaceTimeUNet,
  SpaceTimeDiT: async () => (await import('./space-time/space-time-dit.ts')).spaceTimeDit,
  SetTransformer: async () => (await import('./set-transformer.ts')).setTransformer,
  TokenTransformer: async () => (await import('./token-transformer.ts')).tokenTransformer,
  EmbeddingTransformer: async () => (await import('./embedding-transformer.ts')).embeddingTransformer,
  CategoricalUNet: async () => (await import('./categorical-unet.ts')).categoricalUnet,
  EquivariantGraphNetwork: async () => (await import('./equivariant/index.ts')).equivariantNetwork,
}) satisfies Readonly<Record<string, () => Promise<NetworkClass>>>

/** The name of a class. */
export type NetworkClassName = keyof typeof classes

/** The names of all classes. */
export const networkClasses: readonly string[] = Object.freeze(Object.keys(classes))

/** The error for a name that no class has. */
export function unknownNetwork(className: string): TweedieError {
  return new TweedieError('model', `network ${className}: expected one of ${networkClasses.join(', ')}`)
}

/**
 * The network of this class and configuration; the code of its class is loaded, and no other.
 *
 * @throws TweedieError `model` for an unknown class, or a configuration that its class refuses
 * @example
 * const network = await loadNetwork('MLP', { input_shape: [2] })
 */
export async function loadNetwork(className: string, config: object): Promise<Network> {
  if (!Object.hasOwn(classes, className)) throw unknownNetwork(className)
  const make = (await classes[className as NetworkClassName]()) as NetworkClass
  return make(config as never)
}

/** What heights and widths must be multiples of; 1 for networks that take any. */
export function strideOf(network: Network): number {
  return network.stride ?? 1
}
