/** What models of codes do to them first, so that mean and variance are about 0 and 1; and how that is made part of the network. */
import { TweedieError } from '../../../errors.ts'
import type { Autoencoder } from '../autoencoder.ts'
import type { Layout } from '../layout.ts'
import type { AutoencoderKLFields } from './config.ts'

/** A model of codes sees `(z − shift) · scale`, channel by channel. */
export interface LatentScale {
  readonly shift: Float64Array
  readonly scale: Float64Array
}

type ScaleFields = Pick<
  AutoencoderKLFields,
  'latent_channels' | 'scaling_factor' | 'shift_factor' | 'latents_mean' | 'latents_std'
>

/**
 * The scale that a configuration tells: `(z − shift_factor) · scaling_factor`, or `(z − latents_mean) · scaling_factor /
 * latents_std` where it has these, as pipelines of diffusers do.
 *
 * @example
 * latentScale(autoencoderKL({}).config) // { shift: [0, 0, 0, 0], scale: [0.18215, …] }
 */
export function latentScale(config: Autoencoder['config']): LatentScale {
  const { latent_channels: channels, ...fields } = config as unknown as Partial<ScaleFields>
  const { scaling_factor: factor = 1, shift_factor, latents_mean, latents_std } = fields
  const each = Array.from({ length: channels! }, (_, channel) => channel)
  return {
    shift: Float64Array.from(each, (channel) => latents_mean?.[channel] ?? shift_factor ?? 0),
    scale: Float64Array.from(each, (channel) => factor / (latents_std?.[channel] ?? 1)),
  }
}

/**
 * Weights of the same autoencoder whose codes are `(z − shift) · scale`: exact, since the convolutions next to the codes have one tap.
 * Its log-variances fall by 2 ln scale⁻¹, and decoding a scaled code gives the image of the code. Beside them belongs
 * `scaling_factor` 1, without a shift.
 *
 * @param layout of all parameters, `weights` their values: they stay as they are
 * @throws TweedieError `model` for an autoencoder without `quant_conv` and `post_quant_conv`, or a scale that is not above zero
 * @example
 * const weights = withScaledLatents(layout, trained, { shift: mean, scale: std.map((each) => 1 / each) })
 */
export function withScaledLatents(layout: Layout, weights: Float32Array, { shift, scale }: LatentScale): Float32Array {
  const names = new Set(layout.specs.map(({ name }) => name))
  if (!names.has('quant_conv.weight') || !names.has('post_quant_conv.weight')) {
    throw new TweedieError(
      'model',
      'scaled latents: the autoencoder has no quant_conv and post_quant_conv to hold the scale',
      {
        hint: 'keep the scale in the configuration: latents_mean and latents_std',
      },
    )
  }
  const channels = scale.length
  const [before, after] = [weights.slice(), weights.slice()]
  const [kernel, bias] = viewsOf(layout, after, 'quant_conv')
  const [postKernel, postBias] = viewsOf(layout, after, 'post_quant_conv')
  const [post] = viewsOf(layout, before, 'post_quant_conv')
  if (
    bias.length !== 2 * channels ||
    shift.length !== channels ||
    !scale.every((each) => each > 0 && each < Infinity)
  ) {
    throw new TweedieError(
      'model',
      `scaled latents: expected a shift and a positive scale for each of ${bias.length / 2} channels, got ${[...shift]} and ${[...scale]}`,
    )
  }
  const width = kernel.length / bias.length
  for (let channel = 0; channel < channels; channel++) {
    for (let i = channel * width; i < (channel + 1) * width; i++) kernel[i] = kernel[i]! * scale[channel]!
    bias[channel] = (bias[channel]! - shift[channel]!) * scale[channel]!
    bias[channels + channel] = bias[channels + channel]! + 2 * Math.log(scale[channel]!)
  }
  for (let out = 0; out < postBias.length; out++) {
    let shifted = postBias[out]!
    for (let channel = 0; channel < channels; channel++) {
      const at = out * channels + channel
      postKernel[at] = post[at]! / scale[channel]!
      shifted += post[at]! * shift[channel]!
    }
    postBias[out] = shifted
  }
  return after
}

function viewsOf(
  layout: Layout,
  flat: Float32Array,
  name: string,
): readonly [weight: Float32Array, bias: Float32Array] {
  return [layout.view(flat, `${name}.weight`), layout.view(flat, `${name}.bias`)]
}
