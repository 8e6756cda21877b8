/** What `info` says of a model of noisy embeddings. */
import { shapeText } from '../../words.ts'
import { describeModel } from '../describe-model.ts'
import { describeNoise } from '../describe-noise.ts'
import type { Description } from '../family.ts'
import type { EmbeddingModel } from './model.ts'

/** Data, the table of embeddings, noise. */
export function describe(model: EmbeddingModel): Description {
  const { vocabulary, shape, network, meta } = model
  const { tokens, features } = network.vocabulary
  const kind = vocabulary.kind === 'text' ? `text, ${vocabulary.tokenizer.kind}` : vocabulary.kind
  return describeModel(model, {
    rows: [
      ['data', `${meta.data.name}: ${kind} ${shapeText(shape)}`],
      ['network sees', `${shapeText(network.inputShape)}, embeddings of ${tokens} tokens in ${features} dimensions`],
    ],
    noise: describeNoise(model),
  })
}
