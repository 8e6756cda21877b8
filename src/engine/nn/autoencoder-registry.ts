/** Autoencoders by the name that a model folder gives them. */
import { TweedieError } from '../../errors.ts'
import { autoencoderKL } from './autoencoder-kl/autoencoder-kl.ts'
import type { Autoencoder } from './autoencoder.ts'
import { mlpAutoencoder } from './mlp-autoencoder.ts'

/** Every kind of autoencoder: from a configuration, itself checked, to the autoencoder. */
const autoencoders: Readonly<Record<string, (config: never) => Autoencoder>> = Object.freeze({
  AutoencoderKL: autoencoderKL,
  MLPAutoencoder: mlpAutoencoder,
})

/** The names that {@link autoencoderFromConfig} knows. */
export const autoencoderClasses: readonly string[] = Object.freeze(Object.keys(autoencoders))

/**
 * The autoencoder of this class and configuration.
 *
 * @throws TweedieError `model` for an unknown class, or a configuration that its class refuses
 * @example
 * const autoencoder = autoencoderFromConfig('MLPAutoencoder', { input_shape: [2], latent_size: 2 })
 */
export function autoencoderFromConfig(className: string, config: object): Autoencoder {
  if (!Object.hasOwn(autoencoders, className)) {
    throw new TweedieError('model', `autoencoder ${className}: expected one of ${autoencoderClasses.join(', ')}`)
  }
  return autoencoders[className]!(config as never)
}
