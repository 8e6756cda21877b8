/** Networks by the name that a model folder gives them. */
import { TweedieError } from '../errors.ts'
import type { Network } from './network.ts'
import { unet2d } from './unet2d/unet2d.ts'
import type { UNet2DConfig } from './unet2d/config.ts'

export function networkFromConfig(className: string, config: Readonly<Record<string, unknown>>): Network {
  if (className === 'UNet2DModel') return unet2d(config as unknown as UNet2DConfig)
  throw new TweedieError('model', `unknown network ${className}`)
}
export function strideOf(network: Network): number {
  return network.className === 'UNet2DModel' ? 2 ** ((network.config.block_out_channels as number[]).length - 1) : 1
}
