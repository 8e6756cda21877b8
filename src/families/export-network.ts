/** The ability to export, for every family with one network. */
import { type ExportOptions, exportOnnx } from '../compiled/export-onnx.ts'
import { networkKey } from '../compiled/onnx/onnx-network.ts'
import type { NetworkWeights } from '../compiled/network-graph.ts'
import type { WeightFormat } from '../compiled/weight-format.ts'
import type { OptionValues } from '../options.ts'
import type { FamilyModel, Setting } from './family.ts'

/** The bytes of the network's ONNX file; its metadata record where it comes from. */
export async function exportNetwork(
  model: FamilyModel & NetworkWeights,
  { batch, weights }: OptionValues,
  { provenance }: Pick<Setting, 'provenance'>,
  ranges?: ExportOptions['ranges'],
): Promise<Uint8Array> {
  return exportOnnx(model, {
    batch: batch as number | undefined,
    weights: weights as WeightFormat | undefined,
    ranges,
    metadata: {
      ...provenance,
      classes: JSON.stringify(model.classNames),
      [networkKey]: JSON.stringify({ className: model.network.className, config: model.network.config }),
    },
  })
}
