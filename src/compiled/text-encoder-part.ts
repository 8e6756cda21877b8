/** A text encoder as a part of a model folder, `text_encoder/`, and back. */
import { textEncoderFromConfig } from '../engine/nn/text-encoder-registry.ts'
import { type TextEncoder, textEncoderParameters } from '../engine/nn/text-encoder.ts'
import type { Component } from '../files/io/component.ts'
import type { WeightMemory } from '../files/io/folder-types.ts'
import { namedWeights, partWeights } from './part-weights.ts'
import { onnxTextEncoderOf } from './onnx/onnx-text-encoder-of.ts'
import type { TextEncoderWeights } from './text-encoder.ts'

/**
 * The text encoder of a part. Tensors that older files hold and that are no parameters (`position_ids`) are passed over.
 *
 * @param part as `readComponent` reads one, or one of the `components` of a model folder
 * @throws TweedieError `model` for a class that is no text encoder, a configuration that it refuses, or weights that do not fit
 * @example
 * const part = textEncoderOf(await readComponent('stable-diffusion/text_encoder'))
 */
export function textEncoderOf(
  part: Pick<Component, 'className' | 'config' | 'weights' | 'onnx'>,
  memory?: WeightMemory,
): TextEncoderWeights {
  const { className, config, onnx } = part
  const encoder = onnx ? onnxTextEncoderOf({ className, config, onnx }) : textEncoderFromConfig(className, config)
  const layout = textEncoderParameters(encoder)
  return { encoder, ...partWeights(layout, withoutBuffers(encoder, part.weights), memory) }
}

/** The tensors of a file without those that are no parameters. */
export function withoutBuffers<T>(
  { buffers = [], rename = (name) => name }: Pick<TextEncoder, 'buffers' | 'rename'>,
  weights: ReadonlyMap<string, T>,
): ReadonlyMap<string, T> {
  return new Map([...weights].filter(([name]) => !buffers.includes(rename(name))))
}

/**
 * The part of a text encoder, for a model folder's `components`; the inverse of {@link textEncoderOf}. One of CLIP's is opened by
 * transformers with `from_pretrained`.
 */
export function textEncoderPart(part: TextEncoderWeights): Component {
  const { encoder } = part
  const { className, config, onnx } = encoder
  const library = 'model_type' in config ? 'transformers' : 'tweedie'
  return { library, className, config, weights: namedWeights(part), onnx }
}
