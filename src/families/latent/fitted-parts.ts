/** The parts of a pipeline, for codes and images of the sizes that its metadata have. */
import type { Component } from '../../files/io/component.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import type { NetworkSpec } from '../network-of.ts'
import { maskedName } from './masked.ts'
import { latentsIn } from './meta.ts'

/**
 * Their configurations with these sizes. A U-Net that takes more channels than it gives is one of inpainting: what comes behind the
 * noisy codes is a condition of its own.
 */
export function fittedParts(
  network: NetworkSpec,
  autoencoder: Component,
  meta: TweedieMeta,
): { readonly network: NetworkSpec; readonly autoencoder: Component } {
  const [channels, ...side] = latentsIn(meta).shape as [number, number, number]
  const { config } = network
  const { in_channels: taken = channels, conditions } = config as Record<string, any>
  const further = (taken as number) - channels
  const masked = further > 0 && { [maskedName]: { kind: 'image', shape: [further, ...side] } }
  return {
    network: {
      ...network,
      config: {
        ...config,
        sample_size: side,
        ...(masked && { in_channels: channels, conditions: { ...(conditions as object | null), ...masked } }),
      },
    },
    autoencoder: { ...autoencoder, config: { ...autoencoder.config, sample_size: meta.data.shape.slice(1) } },
  }
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
export function networkSized({ className, config }: NetworkSpec, side: readonly number[]): NetworkSpec {
  const conditions = Object.entries(
    Object(config.conditions) as Record<string, { readonly kind: string; readonly shape?: readonly number[] }>,
  )
  const fitted = conditions.map(([name, spec]) => [
    name,
    spec.kind === 'image' ? { ...spec, shape: [spec.shape![0]!, ...side] } : spec,
  ])
  return {
    className,
    config: { ...config, sample_size: side, ...(fitted.length > 0 && { conditions: Object.fromEntries(fitted) }) },
  }
}
