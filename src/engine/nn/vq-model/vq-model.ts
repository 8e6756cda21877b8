/**
 * `VQModel`: an autoencoder whose code is a map of whole numbers, each the nearest vector of a codebook, with the parameter names and
 * options of diffusers. van den Oord et al. (2017); Esser et al., Taming Transformers (2021).
 */
import { reshape, type Shape, type Tensor } from '../../graph/index.ts'
import { codeSize, factorOf } from '../autoencoder-kl/coder-fields.ts'
import { decoder, encoder } from '../autoencoder-kl/coders.ts'
import { expectImages } from '../autoencoder-kl/expect-images.ts'
import type { Autoencoder } from '../autoencoder.ts'
import { heightAndWidth } from '../check-config.ts'
import { convolution } from '../layers.ts'
import type { Scope } from '../parameters.ts'
import { modernName } from '../unet2d/legacy.ts'
import { codebook, embed, nearest, rowsOf } from './codebook.ts'
import { className, completeConfig, type VQModelConfig, writtenConfig } from './config.ts'

/** An autoencoder whose code is a map of tokens. */
export interface VectorQuantiser extends Autoencoder {
  /** K: tokens are 0 … K − 1. */
  readonly codes: number
  /** The shape of the map of one item, `[height, width]`. */
  readonly tokenShape: Shape
  /** The vectors of all tokens, `[K, d]`. */
  codebook(scope: Scope): Tensor
  /** The tokens of vectors as the encoder gives them: `[N, d, h, w]` → int32 `[N, h, w]`. No gradient passes. */
  tokens(scope: Scope, h: Tensor): Tensor
  /** The vectors of tokens: int32 `[N, h, w]` → `[N, d, h, w]`. */
  embed(scope: Scope, tokens: Tensor): Tensor
  /** What the decoder makes of vectors as they are: `[N, d, h, w]` → `[N, ...outputShape]`. `decode` takes the nearest of the codebook first. */
  decodeVectors(scope: Scope, vectors: Tensor): Tensor
}

/** Whether an autoencoder's codes are tokens. */
export function isVectorQuantiser(autoencoder: Autoencoder): autoencoder is VectorQuantiser {
  return 'codebook' in autoencoder
}

/**
 * A vector-quantised autoencoder of images. `encode` gives the encoder's vectors, before any is replaced.
 *
 * @param config the fields of diffusers' `VQModel`; what is left out has its default there
 * @throws TweedieError `model` for an option that makes no sense or is not supported, `shape` for a size that does not halve
 * @example
 * const autoencoder = vqModel({
 *   sample_size: 28,
 *   in_channels: 1,
 *   out_channels: 1,
 *   block_out_channels: [32, 64, 64],
 *   down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D', 'DownEncoderBlock2D'],
 *   up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D', 'UpDecoderBlock2D'],
 * })
 * autoencoder.tokenShape // [7, 7]
 */
export function vqModel(config: VQModelConfig): VectorQuantiser {
  const full = completeConfig(config)
  const { in_channels, out_channels, latent_channels, num_vq_embeddings: codes } = full
  const size = heightAndWidth(full.sample_size)
  const tokenShape = Object.freeze(codeSize(className, size, full))
  const vectorSize = full.vq_embed_dim ?? latent_channels
  const vectors = (scope: Scope): Tensor => codebook(scope.child('quantize'), codes, vectorSize)

  const tokens = (scope: Scope, h: Tensor): Tensor => {
    expectImages(`${className}: vectors`, h, vectorSize)
    const [batch, , height, width] = h.shape as [number, number, number, number]
    return reshape(nearest(rowsOf(h), vectors(scope)), [batch, height, width])
  }
  const decodeVectors = (scope: Scope, h: Tensor): Tensor => {
    expectImages(`${className}: vectors`, h, vectorSize)
    const latent = convolution(scope.child('post_quant_conv'), h, latent_channels, { kernel: 1 })
    return decoder(scope.child('decoder'), latent, full)
  }
  return Object.freeze<VectorQuantiser>({
    className,
    config: Object.freeze({ _class_name: className, _diffusers_version: '0.24.0', ...writtenConfig(full) }),
    inputShape: Object.freeze([in_channels, ...size]),
    latentShape: Object.freeze([vectorSize, ...tokenShape]),
    outputShape: Object.freeze([out_channels, ...size]),
    stride: factorOf(full),
    codes,
    tokenShape,
    codebook: vectors,
    encode(scope, x) {
      expectImages(`${className}: x`, x, in_channels)
      codeSize(className, x.shape.slice(2), full)
      const h = encoder(scope.child('encoder'), x, full, latent_channels)
      return { mean: convolution(scope.child('quant_conv'), h, vectorSize, { kernel: 1 }) }
    },
    decode: (scope, z) => decodeVectors(scope, embed(vectors(scope), tokens(scope, z))),
    tokens,
    embed: (scope, numbers) => embed(vectors(scope), numbers),
    decodeVectors,
    rename: modernName,
  })
}
