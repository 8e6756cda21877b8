/** How to train a model of embeddings when nothing is said. */
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import { TweedieError } from '../../errors.ts'
import type { NoiseSpec } from '../../diffusion/noise/named.ts'
import type { EmbeddedTrainSpec } from '../spec.ts'
import { defaultTokenSpec, type TokenChoices } from '../tokens/defaults.ts'

/** What a user may choose; whatever is left out has a default. */
export interface EmbeddedChoices extends Omit<TokenChoices, 'process' | 'labelDropout'> {
  readonly noise?: NoiseSpec | undefined
}

/**
 * The specification of a training run on text as noisy embeddings: of the size that masked diffusion would have.
 *
 * @throws TweedieError `usage` for tokens that are no sequence
 * @example
 * const spec = defaultEmbeddedSpec(corpus, { budget: { minutes: 60 } })
 */
export function defaultEmbeddedSpec(
  dataset: CategoricalDataset,
  { noise = { schedule: 'sqrt' }, network, ...choices }: EmbeddedChoices = {},
): EmbeddedTrainSpec {
  const { shape, categories, name } = dataset
  if (shape.length !== 1) {
    throw new TweedieError('usage', `${name}: items [${shape.join(', ')}]: embeddings are for text and other sequences`)
  }
  const { process: _, labelDropout: __, ...shared } = defaultTokenSpec(dataset, choices)
  const { length, hidden_size, num_layers, num_attention_heads } = shared.network.config
  const size = { length, hidden_size, num_layers, num_attention_heads }
  return {
    ...shared,
    network: {
      className: network?.className ?? 'EmbeddingTransformer',
      config: { vocab_size: categories, embedding_size: featuresFor(categories), ...size, ...network?.config },
    },
    embeddings: { noise },
  }
}

/** Features of an embedding: as the paper has, 16 for few tokens, up to 128 for many. */
function featuresFor(tokens: number): number {
  return tokens <= 256 ? 16 : tokens <= 4096 ? 64 : 128
}
