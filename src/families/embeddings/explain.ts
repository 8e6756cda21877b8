/** A training run on embeddings in words. */
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import { explainRun, noiseText, tokensText } from '../explain-run.ts'
import type { Row } from '../family.ts'
import type { EmbeddedTrainSpec } from './spec.ts'

/** The data, the network and the noise. */
export function explain({ network, embeddings }: EmbeddedTrainSpec, data: CategoricalDataset): readonly Row[] {
  return explainRun(data, network, {
    data: tokensText(data),
    objective: `diffusion-lm: noisy embeddings and rounding, ${noiseText(embeddings.noise)}`,
  })
}
