/** The default training of a model of embeddings. */
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import { TweedieError } from '../../errors.ts'
import type { NoiseSpec } from '../../diffusion/noise/named.ts'
import type { Budget } from '../../tools/train/spec.ts'
import { headsFor, optimizerFor, type OptimizerChoices, transformerSize } from '../default-network.ts'
import type { NetworkSpec } from '../network-of.ts'
import type { EmbeddedTrainSpec } from './spec.ts'

/** What a user may choose; whatever is left out has a default. */
export interface EmbeddedChoices {
  readonly budget?: Budget | undefined
  readonly seed?: number | undefined
  readonly batch?: number | undefined
  /** Batches to a step, as if they were one; default 1. */
  readonly accumulate?: number | undefined
  readonly optimizer?: OptimizerChoices | undefined
  /** The width and the number of layers of the transformer. */
  readonly widths?: readonly number[] | undefined
  readonly depth?: number | undefined
  /** A network instead of the default one; its sizes are filled in from the data. */
  readonly network?: NetworkSpec | undefined
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
  { noise = { schedule: 'sqrt' }, network, budget = { minutes: 10 }, ...choices }: EmbeddedChoices = {},
): EmbeddedTrainSpec {
  const { shape, categories, name } = dataset
  if (shape.length !== 1) {
    throw new TweedieError('usage', `${name}: items [${shape.join(', ')}]: embeddings are for text and other sequences`)
  }
  const [width, layers] = transformerSize(budget)
  const hidden = choices.widths?.[0] ?? width
  const size = {
    length: shape[0],
    hidden_size: hidden,
    num_layers: choices.depth ?? layers,
    num_attention_heads: headsFor(hidden),
  }
  return {
    family: 'embeddings',
    seed: choices.seed ?? 0,
    batch: choices.batch ?? Math.min(dataset.vocabulary.kind === 'text' ? 16 : 64, dataset.length),
    ...(choices.accumulate !== undefined && { accumulate: choices.accumulate }),
    budget,
    optimizer: optimizerFor(budget, choices.optimizer),
    network: {
      className: network?.className ?? 'EmbeddingTransformer',
      config: { vocab_size: categories, embedding_size: featuresFor(categories), ...size, ...network?.config },
    },
    embeddings: { noise },
  }
}

/** Features of an embedding: as in the paper, 16 for few tokens, up to 128 for many. */
function featuresFor(tokens: number): number {
  return tokens <= 256 ? 16 : tokens <= 4096 ? 64 : 128
}
