/** The options of `train` for models of an autoencoder's codes. */
import { options, text } from '../../../options.ts'
import { trainOptions as ofValues } from '../../values/options/train.ts'

export const trainOptions = options({
  ...ofValues,
  latents: {
    flags: '--latents <model>',
    help: 'learn the codes of this autoencoder: a folder that train --model vae made, an AutoencoderKL of diffusers, or a model of codes, whose autoencoder is taken',
    parse: text,
    group: 'Latent diffusion',
  },
  joint: {
    flags: '--joint',
    help: 'go on training the autoencoder together with the model of its codes, on one bound (LSGM)',
    group: 'Latent diffusion',
  },
})
