/** The options of `train` for models of a quantiser's tokens: those of tokens, and whose tokens. */
import { options, text } from '../../../options.ts'
import { trainOptions as ofTokens } from '../../tokens/options/train.ts'

export const trainOptions = options({
  ...ofTokens,
  latents: {
    flags: '--latents <model>',
    help: 'learn the tokens of this autoencoder: a folder that train --model vq made, a VQModel of diffusers, or a model of tokens, whose autoencoder is taken',
    parse: text,
    group: 'Latent diffusion',
  },
})
