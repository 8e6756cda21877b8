/** What `info` and the report before training say of a vector-quantised autoencoder. */
import type { VectorQuantiser } from '../../engine/nn/vq-model/vq-model.ts'
import { vqModel } from '../../engine/nn/vq-model/vq-model.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { shapeText, thousands } from '../../words.ts'
import { explainRun } from '../explain-run.ts'
import type { Description, Row } from '../family.ts'
import type { VqModel } from './model.ts'
import type { VqTrainSpec } from './spec.ts'

/** The network, its tokens, its training. */
export function describe({ autoencoder, layout, meta }: VqModel): Description {
  const training = Object.entries(meta.training).map(([key, value]) => `${key} ${JSON.stringify(value)}`)
  const { className, config, codes, tokenShape } = autoencoder
  return {
    facts: {
      family: 'vq',
      network: className,
      parameters: layout.size,
      config,
      data: meta.data,
      objective: meta.objective,
      codes,
      tokenShape,
      training: meta.training,
    },
    rows: [
      ['network', className],
      ['parameters', thousands(layout.size)],
      ['data', `${meta.data.name}: ${meta.data.kind} ${shapeText(meta.data.shape)}`],
      ['tokens', tokensText(autoencoder)],
      ['objective', `reconstruction, codebook, ${String(meta.objective.commitment)} commitment`],
      ['training', training.length > 0 ? training.join(', ') : undefined],
    ],
  }
}

/** A run in words. */
export function explain({ network, objective }: VqTrainSpec, data: ArrayDataset): readonly Row[] {
  return [
    ...explainRun(data, network, {
      data: `${thousands(data.length)} items ${shapeText(data.shape)}`,
      objective: `reconstruction through the nearest vector, ${objective.commitment} commitment`,
    }),
    ['tokens', tokensText(vqModel(network.config))],
  ]
}

function tokensText({ tokenShape, codes, latentShape }: VectorQuantiser): string {
  return `maps ${shapeText(tokenShape)} of ${codes} tokens, vectors of ${latentShape[0]} numbers`
}
