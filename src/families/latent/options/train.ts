/** The options of `train` for models of an autoencoder's codes. */
import { options, real, text } from '../../../options.ts'
import { trainOptions as ofValues } from '../../values/options/train.ts'

export const trainOptions = options({
  ...ofValues,
  latents: {
    flags: '--latents <model>',
    help: 'learn the codes of this autoencoder: a folder that train --model vae made, an AutoencoderKL of diffusers, or a model of codes, whose autoencoder is taken; with --model vq-diffusion: what --model vq made',
    parse: text,
    group: 'Latent diffusion',
  },
  joint: {
    flags: '--joint',
    help: 'go on training the autoencoder together with the model of its codes, on one bound (LSGM)',
    group: 'Latent diffusion',
  },
  mixture: {
    flags: '--mixture <m>',
    help: 'with --joint: the share of the network in the mixed score at first (default: 0.5, with --from 0.98)',
    parse: real({ min: 0.001, max: 0.999 }),
    group: 'Latent diffusion',
  },
})
