/**
 * A model folder whose networks are ONNX files, in the layout of Optimum: `unet/model.onnx`, `text_encoder/model.onnx`, `vae_encoder/model.onnx`,
 * `vae_decoder/model.onnx`, each beside its configuration. Tokenisers and the scheduler lie where they are in every folder.
 */
import { TweedieError } from '../../errors.ts'
import { autoencoderClasses } from '../../engine/nn/autoencoder-registry.ts'
import { configOfContextLength } from '../../engine/nn/context-length.ts'
import { type Network, parametersOf } from '../../engine/nn/network.ts'
import { networkClasses } from '../../engine/nn/network-classes.ts'
import { networkFromConfig } from '../../engine/nn/registry.ts'
import { textEncoderClasses, textEncoderFromConfig } from '../../engine/nn/text-encoder-registry.ts'
import type { Component } from '../../files/io/component.ts'
import { encodeConfig, encodeOnnxFolder, type ModelFolder } from '../../files/io/model-folder.ts'
import { autoencoderOf } from '../autoencoder-part.ts'
import { textEncoderOf } from '../text-encoder-part.ts'
import {
  exportDecoderPart,
  exportEncoderPart,
  exportNetworkPart,
  exportTextEncoderPart,
  type OnnxPartFiles,
  type PartExportOptions,
} from './export-parts.ts'

/** How to export. */
export type FolderExportOptions = Pick<PartExportOptions, 'batch' | 'weights' | 'most'>

/**
 * The files of the folder, by path. `tweedie.json` is among them, so that it is the same model here; other programs read the rest.
 *
 * @throws TweedieError `model` for a part that is of no class here, or an ONNX file already
 * @example
 * for (const [path, bytes] of exportOnnxFolder(await readModelFolder('stable-diffusion'))) await write(path, bytes)
 */
export function exportOnnxFolder(folder: ModelFolder, options: FolderExportOptions = {}): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  const written: string[] = []
  const several = folder.components.has('text_encoder_2')
  for (const [name, component] of folder.components) {
    for (const [place, part] of placesOf(name, component, folder, several, options)) {
      written.push(place)
      files.set(`${place}/config.json`, encodeConfig(part.component))
      for (const [file, bytes] of part.files) files.set(`${place}/${file}`, bytes)
    }
  }
  return encodeOnnxFolder(folder, written, files)
}

interface Placed extends OnnxPartFiles {
  readonly component: Component
}

/** The folders of a part, and what lies there. */
function placesOf(
  name: string,
  component: Component,
  { meta, components }: ModelFolder,
  several: boolean,
  options: FolderExportOptions,
): readonly (readonly [place: string, part: Placed])[] {
  const { className, config, onnx } = component
  if (onnx !== undefined) {
    throw new TweedieError('model', `${name}: it is an ONNX file already: ${Object.values(onnx)[0]!.name}`, {
      hint: 'copy the folder that it lies in',
    })
  }
  if (networkClasses.includes(className)) {
    const network = fittedToTexts(networkFromConfig(className, config), components)
    const layout = parametersOf(network)
    const model = { network, layout, weights: layout.fromMap(component.weights) }
    return [[name, { component, ...exportNetworkPart(model, options) }]]
  }
  if (textEncoderClasses.includes(className)) {
    const layers = several ? (config['num_hidden_layers'] as number | undefined) : 0
    return [[name, { component, ...exportTextEncoderPart(textEncoderOf(component), { ...options, layers }) }]]
  }
  if (autoencoderClasses.includes(className)) {
    const { latents, shape } = meta.data
    const size =
      latents !== undefined && shape.length === 3 && 'sample_size' in config ? { sample_size: shape.slice(1) } : {}
    const sized = { ...component, config: { ...config, ...size } }
    const part = autoencoderOf(sized)
    return [
      ['vae_encoder', { component: sized, ...exportEncoderPart(part, options) }],
      ['vae_decoder', { component: sized, ...exportDecoderPart(part, options) }],
    ]
  }
  throw new TweedieError('model', `${name}: a ${className} is not exported as an ONNX file`, {
    hint: 'export the network alone: `tweedie export FOLDER -o model.onnx`',
  })
}

/** The network for texts of as many places as the text encoders beside it have. */
function fittedToTexts(network: Network, components: ModelFolder['components']): Network {
  const text = components.get('text_encoder') ?? components.get('text_encoder_2')
  const { context } = network.conditions
  if (text === undefined || context?.kind !== 'sequence' || !textEncoderClasses.includes(text.className)) return network
  const { length } = textEncoderFromConfig(text.className, text.config)
  return length === context.length
    ? network
    : networkFromConfig(network.className, configOfContextLength(network, length))
}
