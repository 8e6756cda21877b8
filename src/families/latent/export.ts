/** Exports one of the networks: of the model of codes, or half of the autoencoder. */
import { TweedieError } from '../../errors.ts'
import type { OptionValues } from '../../options.ts'
import { arrangedModel } from '../../compiled/export-onnx.ts'
import { roundWeights, type WeightFormat } from '../../compiled/weight-format.ts'
import type { ExportedSampler, Setting } from '../family.ts'
import { makeSamplerFile, targetFor, triedFile, weightsIn } from '../values/sampler-file.ts'
import { painter } from './draw.ts'
import { exportModel as exportValues, reference as referenceOfValues } from '../values/export.ts'
import { exportHalf, halfNetwork } from '../vae/export.ts'
import type { LatentModel } from './model.ts'

/** The bytes of an ONNX file: by default of the network that sees noisy codes, (x − shift) / scale of each channel. */
export async function exportModel(model: LatentModel, options: OptionValues, setting: Setting): Promise<Uint8Array> {
  const { half, arithmetic, ...rest } = options
  if (half === undefined) return exportValues(model.prior, { ...rest, arithmetic }, setting)
  if (arithmetic === undefined) return exportHalf(model.autoencoder, { ...rest, half }, setting)
  throw new TweedieError('usage', '`arithmetic` is for the network of noisy codes, not for `half` of the autoencoder')
}

/** The bytes of a safetensors file: inputs and outputs of that network. */
export function reference(model: LatentModel, options: OptionValues, setting: Setting): Promise<Uint8Array> {
  return referenceOfValues(model.prior, options, setting)
}

/** A sampler of codes and the decoder behind it as one file: noise in, means of items out. */
export async function exportSampler(
  model: LatentModel,
  options: OptionValues,
  setting: Setting,
): Promise<ExportedSampler> {
  const { prior, autoencoder } = model
  const { half, batch, weights, ...rest } = options
  if (half !== undefined) {
    throw new TweedieError('usage', '`half` is for the autoencoder alone; a sampler in one file decodes by itself')
  }
  const network = arrangedModel(halfNetwork(autoencoder, 'decoder'), {
    batch: batch as number | undefined,
    weights: weights as WeightFormat | undefined,
    target: await targetFor(options, setting),
  })
  const decoder = { graph: network.graph, opsets: network.opsets, frame: autoencoder.frame, scale: autoencoder.scale }
  const made = await makeSamplerFile(prior, { ...rest, batch, weights }, setting, decoder)
  const format = weightsIn(options)
  const rounded = { ...model, prior: roundWeights(prior, format), autoencoder: roundWeights(autoencoder, format) }
  const ours = () => painter(rounded, setting)
  return triedFile(made, prior, { ...rest, batch, weights }, setting, ours, autoencoder.scale, { draw: 'mean' })
}
