/** Exports one direction of a hierarchy as an ONNX file: `x` `[batch, numbers]` → `output`. */
import { concat } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import type { Network } from '../../engine/nn/network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { exportNetwork } from '../export-network.ts'
import type { Setting } from '../family.ts'
import { codesOf, decoderMap, generatorMap, meanOf } from './codec.ts'
import { type HvaeModel, latentsOf } from './model.ts'
import type { exportOptions } from './options/export.ts'

type Options = ValuesOf<typeof exportOptions>

/**
 * The bytes of an ONNX file. Generator and decoder give the mean of the data's law; the encoder gives the means of the codes of all
 * levels, each given the means before it, and behind them their log-variances.
 */
export async function exportPart(model: HvaeModel, options: OptionValues, setting: Setting): Promise<Uint8Array> {
  const { part = 'generator' } = options as Options
  const { network, family, classNames, meta, layout, weights } = model
  const { className, config, inputShape, outputShape } = network
  const latents = latentsOf(network)
  const { takes, build } = part === 'decoder' ? decoderMap(model) : generatorMap(model)
  const encoder = (scope: Scope, x: Tensor): Tensor => {
    const { mean, logVariance } = codesOf(network, scope, x)
    return concat([mean, logVariance], 1)
  }
  const asNetwork: Network = {
    className,
    config,
    ...(part === 'encoder' ? { inputShape, outputShape: [2 * latents] } : { inputShape: [takes], outputShape }),
    conditions: {},
    build: (scope, { x }) => (part === 'encoder' ? encoder(scope, x) : meanOf(model, build(scope, x))),
  }
  return exportNetwork({ family, classNames, meta, network: asNetwork, layout, weights }, options, setting)
}
