/** The parts of a pipeline, for codes and images of the sizes that its metadata have. */
import { sampleSize } from '../../engine/nn/check-config.ts'
import type { Component } from '../../files/io/component.ts'
import type { ModelFolder } from '../../files/io/model-folder.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import type { NetworkSpec } from '../network-of.ts'
import { latentsIn } from './meta.ts'

/** The condition of a U-Net for inpainting: a mask, and the codes of a picture without what it hides. */
export const maskedName = 'masked'

/**
 * Their configurations with these sizes. A U-Net that takes more channels than it gives is one of inpainting: what comes behind the
 * noisy codes is a condition of its own.
 */
export function fittedParts(
  { network, components }: Pick<ModelFolder, 'network' | 'components'>,
  autoencoder: Component,
  meta: TweedieMeta,
): { readonly network: NetworkSpec; readonly autoencoder: Component } {
  const [channels, ...side] = latentsIn(meta).shape as [number, number, number]
  const { config } = network
  const [, height, width] = meta.data.shape
  const { in_channels: taken = channels, conditions } = config as Record<string, any>
  const further = (taken as number) - channels
  const encoder = components.get('text_encoder') ?? components.get('text_encoder_2')
  const { max_position_embeddings: places } = Object(encoder?.config) as { readonly max_position_embeddings?: number }
  const masked = further > 0 && { [maskedName]: { kind: 'image', shape: [further, ...side] } }
  return {
    network: {
      ...network,
      config: {
        ...config,
        sample_size: sampleSize(...side),
        ...(places !== undefined && { context_length: places }),
        ...timeIds(config, components.get('text_encoder_2')),
        ...(masked && { in_channels: channels, conditions: { ...(conditions as object | null), ...masked } }),
      },
    },
    autoencoder: { ...autoencoder, config: { ...autoencoder.config, sample_size: sampleSize(height!, width!) } },
  }
}

/** How many numbers a network of Stable Diffusion XL takes besides the vector of the text: 6, or 5 of the refiner. */
function timeIds(config: NetworkSpec['config'], encoder: Component | undefined): { readonly time_ids_length?: number } {
  const {
    addition_embed_type: type,
    addition_time_embed_dim: each,
    projection_class_embeddings_input_dim: all,
  } = config
  if (type !== 'text_time') return {}
  const { projection_dim: pooled = 512 } = Object(encoder?.config) as { readonly projection_dim?: number }
  const length = ((all as number) - pooled) / (each as number)
  return length === 5 ? { time_ids_length: 5 } : {}
}

/** The inverse, of the network: as diffusers has it. */
export function plainNetwork({ className, config }: NetworkSpec): NetworkSpec {
  const { [maskedName]: masked, ...others } = Object(config.conditions) as Record<
    string,
    { readonly shape: readonly number[] }
  >
  if (masked === undefined) return { className, config }
  const { conditions: _, ...rest } = config
  const channels = (config.in_channels as number) + masked.shape[0]!
  const conditions = Object.keys(others).length > 0 && { conditions: others }
  return { className, config: { ...rest, in_channels: channels, ...conditions } }
}

/** The network for codes of another height and width, the images among its conditions too. */
export function networkSized({ className, config, onnx }: NetworkSpec, side: readonly number[]): NetworkSpec {
  const conditions = Object.entries(
    Object(config.conditions) as Record<string, { readonly kind: string; readonly shape?: readonly number[] }>,
  )
  const fitted = conditions.map(([name, spec]) => [
    name,
    spec.kind === 'image' ? { ...spec, shape: [spec.shape![0]!, ...side] } : spec,
  ])
  const [height, width] = side
  return {
    className,
    onnx,
    config: {
      ...config,
      sample_size: sampleSize(height!, width!),
      ...(fitted.length > 0 && { conditions: Object.fromEntries(fitted) }),
    },
  }
}
