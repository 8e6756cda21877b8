/** Exports half of an autoencoder as an ONNX file: `x` `[batch, ...]` → `output`. */
import { concat } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import type { NetworkWeights } from '../../compiled/network-graph.ts'
import type { Network } from '../../engine/nn/network.ts'
import { type Scope } from '../../engine/nn/parameters.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { exportNetwork } from '../export-network.ts'
import type { Setting } from '../family.ts'
import { expressionOf } from '../coded/law-of.ts'
import type { VaeModel } from './model.ts'
import type { exportOptions } from './options/export.ts'

type Options = ValuesOf<typeof exportOptions>

/** The bytes of an ONNX file: the decoder gives the mean of the data's law, the encoder means and log-variances behind one another. */
export async function exportHalf(model: VaeModel, options: OptionValues, setting: Setting): Promise<Uint8Array> {
  const { half = 'decoder' } = options as Options
  const { family, classNames, meta } = model
  return exportNetwork({ family, classNames, meta, ...halfNetwork(model, half) }, options, setting)
}

/** Half of the autoencoder as a network without a time: from `x` to what {@link exportHalf} says. */
export function halfNetwork(model: VaeModel, half: NonNullable<Options['half']>): NetworkWeights {
  const { autoencoder, layout, weights } = model
  const { inputShape, latentShape, outputShape } = autoencoder
  const law = expressionOf(model.law)
  const [first, ...others] = latentShape as [number, ...number[]]
  const shapes =
    half === 'decoder' ? { inputShape: latentShape, outputShape } : { inputShape, outputShape: [2 * first, ...others] }
  const build = (scope: Scope, x: Tensor): Tensor => {
    if (half === 'decoder') return law.mean(autoencoder.decode(scope, x))
    const { mean, logVariance } = autoencoder.encode(scope, x)
    return concat([mean, logVariance!], 1)
  }
  const network: Network = {
    className: autoencoder.className,
    config: autoencoder.config,
    ...shapes,
    conditions: {},
    build: (scope, { x }) => build(scope, x),
  }
  return { network, layout, weights }
}
