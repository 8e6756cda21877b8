/** A training run of an autoencoder in words. */
import { sizeOf } from '../../engine/graph/index.ts'
import { autoencoderFromConfig } from '../../engine/nn/autoencoder-registry.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { shapeText, thousands } from '../../words.ts'
import { explainRun } from '../explain-run.ts'
import type { Row } from '../family.ts'
import { boundText, lawText } from '../coded/text.ts'
import type { VaeTrainSpec } from './spec.ts'

/** The data, the autoencoder, and what is made small. */
export function explain({ network, law, bound }: VaeTrainSpec, data: ArrayDataset): readonly Row[] {
  const { latentShape } = autoencoderFromConfig(network.className, network.config)
  const numbers = sizeOf(latentShape)
  const code = latentShape.length > 1 ? `${shapeText(latentShape)}: ${numbers} numbers` : `${numbers} numbers`
  const rows = explainRun(data, network, {
    data: `${thousands(data.length)} items ${shapeText(data.shape)}`,
    network: `, codes of ${code}`,
    objective: `${boundText(bound)}, ${lawText(law)}`,
  })
  return rows.map(([name, value]) => (name === 'classes' && value !== 'none' ? [name, 'not learned'] : [name, value]))
}
