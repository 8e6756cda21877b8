/**
 * `AutoencoderKL`: the variational autoencoder of latent diffusion, with the parameter names and options of diffusers, so
 * that weights go both ways. Kingma & Welling (2014); Esser et al., Taming Transformers (2021); Rombach et al., High-Resolution
 * Image Synthesis with Latent Diffusion Models (2022).
 */
import { clamp, slice, type Tensor } from '../../graph/index.ts'
import type { Autoencoder, Code } from '../autoencoder.ts'
import { heightAndWidth } from '../check-config.ts'
import { convolution } from '../layers.ts'
import type { Scope } from '../parameters.ts'
import { modernName } from '../unet2d/legacy.ts'
import { codeSize, factorOf } from './coder-fields.ts'
import { decoder, encoder } from './coders.ts'
import { type AutoencoderKLConfig, className, completeConfig, writtenConfig } from './config.ts'
import { expectImages } from './expect-images.ts'

/** Log-variances stay in it, as in diffusers. */
const logVarianceRange = Object.freeze([-30, 20] as const)

/**
 * An autoencoder of images. Codes are those of the encoder: models of them scale them first, by `latentScale`.
 *
 * @param config the fields of diffusers' `AutoencoderKL`; what is left out has its default there
 * @throws TweedieError `model` for an option that makes no sense or is not supported, `shape` for a size that does not halve
 * @example
 * const autoencoder = autoencoderKL({
 *   sample_size: 64,
 *   block_out_channels: [32, 64, 64],
 *   down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D', 'DownEncoderBlock2D'],
 *   up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D', 'UpDecoderBlock2D'],
 * })
 * autoencoder.latentShape // [4, 16, 16]
 */
export function autoencoderKL(config: AutoencoderKLConfig): Autoencoder {
  const full = completeConfig(config)
  const { in_channels, out_channels, latent_channels } = full
  const size = heightAndWidth(full.sample_size)
  return Object.freeze<Autoencoder>({
    className,
    config: Object.freeze({ _class_name: className, _diffusers_version: '0.24.0', ...writtenConfig(full) }),
    inputShape: Object.freeze([in_channels, ...size]),
    latentShape: Object.freeze([latent_channels, ...codeSize(className, size, full)]),
    outputShape: Object.freeze([out_channels, ...size]),
    stride: factorOf(full),
    encode(scope: Scope, x: Tensor): Code {
      expectImages(`${className}: x`, x, in_channels)
      codeSize(className, x.shape.slice(2), full)
      const h = encoder(scope.child('encoder'), x, full, 2 * latent_channels)
      const moments = full.use_quant_conv
        ? convolution(scope.child('quant_conv'), h, 2 * latent_channels, { kernel: 1 })
        : h
      const [least, most] = logVarianceRange
      return {
        mean: slice(moments, 1, 0, latent_channels),
        logVariance: clamp(slice(moments, 1, latent_channels), least, most),
      }
    },
    decode(scope: Scope, z: Tensor): Tensor {
      expectImages(`${className}: z`, z, latent_channels)
      const h = full.use_post_quant_conv
        ? convolution(scope.child('post_quant_conv'), z, latent_channels, { kernel: 1 })
        : z
      return decoder(scope.child('decoder'), h, full)
    },
    rename: modernName,
  })
}
