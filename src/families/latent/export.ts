/** Exports one of the networks: of the model of codes, or half of the autoencoder. */
import { TweedieError } from '../../errors.ts'
import type { OptionValues } from '../../options.ts'
import type { Setting } from '../family.ts'
import { exportModel as exportValues, reference as referenceOfValues } from '../values/export.ts'
import { exportHalf } from '../vae/export.ts'
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
