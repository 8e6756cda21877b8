/** An autoencoder as a part of a model folder, `vae/` or `vqvae/`, and back. */
import { autoencoderFromConfig } from '../engine/nn/autoencoder-registry.ts'
import { type Autoencoder, autoencoderParameters } from '../engine/nn/autoencoder.ts'
import type { Component } from '../files/io/component.ts'
import type { WeightMemory } from '../files/io/folder-types.ts'
import { onnxAutoencoderOf } from './onnx/onnx-autoencoder-of.ts'
import type { AutoencoderWeights } from './autoencoder.ts'
import { namedWeights, partWeights } from './part-weights.ts'

/**
 * The autoencoder of a part.
 *
 * @param part as `readComponent` reads one, or one of the `components` of a model folder
 * @throws TweedieError `model` for a class that is no autoencoder, a configuration that it refuses, or weights that do not fit
 * @example
 * const part = autoencoderOf(await readComponent('stable-diffusion/vae'))
 */
export function autoencoderOf(
  part: Pick<Component, 'className' | 'config' | 'weights' | 'onnx'>,
  memory?: WeightMemory,
): AutoencoderWeights {
  const autoencoder = autoencoderFrom(part)
  const layout = autoencoderParameters(autoencoder)
  return { autoencoder, ...partWeights(layout, part.weights, memory) }
}

/** The autoencoder without its weights: of this class and configuration, or in files. @throws TweedieError `model` as {@link autoencoderOf} */
export function autoencoderFrom({
  className,
  config,
  onnx,
}: Pick<Component, 'className' | 'config' | 'onnx'>): Autoencoder {
  return onnx ? onnxAutoencoderOf({ className, config, onnx }) : autoencoderFromConfig(className, config)
}

/**
 * The part of an autoencoder, for a model folder's `components`, or for `writeComponent`; the inverse of {@link autoencoderOf}.
 * A configuration in diffusers' terms makes it one of diffusers, which opens it with `from_pretrained`.
 */
export function autoencoderPart(part: AutoencoderWeights): Component {
  const { autoencoder } = part
  const { className, config, onnx } = autoencoder
  const library = '_diffusers_version' in config ? 'diffusers' : 'tweedie'
  return { library, className, config, weights: namedWeights(part), onnx }
}
