/** Exports of a model of values: the network, by option in eight bits, and reference values for other code. */
import { calibrate } from '../../compiled/calibrate.ts'
import { referenceOf } from '../../compiled/reference.ts'
import { writeSafetensors } from '../../files/io/safetensors.ts'
import { TweedieError } from '../../errors.ts'
import { firstOf, type OptionValues, type ValuesOf } from '../../options.ts'
import { exportNetwork } from '../export-network.ts'
import type { Setting } from '../family.ts'
import type { Model } from './model.ts'
import { type exportOptions, samplerFileOptions } from './options/export.ts'

type Options = ValuesOf<typeof exportOptions> & OptionValues

/** The bytes of an ONNX file. */
export async function exportModel(model: Model, options: OptionValues, setting: Setting): Promise<Uint8Array> {
  const { arithmetic, oneFile } = options as Options
  const idle = oneFile === undefined ? firstOf(options, samplerFileOptions) : undefined
  if (idle !== undefined) {
    throw new TweedieError('usage', `\`${idle}\` is for the sampler in one file, not for the network alone`, {
      hint: '`oneFile: sampler.onnx`',
    })
  }
  const ranges = arithmetic === 'int8' ? await calibrate(model, setting.engine, sessionOf(options, setting)) : undefined
  return exportNetwork(model, options, setting, ranges)
}

/** The bytes of a safetensors file: inputs and outputs of the network. */
export async function reference(model: Model, options: OptionValues, setting: Setting): Promise<Uint8Array> {
  return writeSafetensors(await referenceOf(model, setting.engine, sessionOf(options, setting)), setting.provenance)
}

function sessionOf({ seed }: OptionValues, { device, threads }: Setting) {
  return {
    seed: seed as number,
    ...(device !== undefined && { device }),
    ...(threads !== undefined && { threads }),
  }
}
