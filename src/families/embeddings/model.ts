/** A trained model of text that diffuses embeddings: a network with its table, the Gaussian noise it knows, and its tokenizer. */
import type { TokenVocabulary } from '../../files/data/categorical.ts'
import { type EmbeddingTable, embeddingTable } from '../../diffusion/discrete/index.ts'
import { TweedieError } from '../../errors.ts'
import { evaluate } from '../../engine/graph/reference/index.ts'
import type { ModelFolder, ModelFolderInput } from '../../files/io/model-folder.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import { type EmbeddingNetwork, isEmbeddingNetwork } from '../../engine/nn/embedding-transformer.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import { type Network, parametersOf } from '../../engine/nn/network.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { networkFromConfig } from '../../engine/nn/registry.ts'
import { scheduleNames } from '../../diffusion/noise/named.ts'
import { type ModelNoise, noiseOfFolder } from '../../compiled/noise.ts'
import { requireUsable } from '../../compiled/sampling.ts'
import { networkOf } from '../network-of.ts'
import type { OwnComponents } from '../own-parts.ts'
import { requirePart } from '../part.ts'
import { vocabularyOf } from '../token-vocabulary.ts'

/** A model of tokens as noisy embeddings, in memory. */
export interface EmbeddingModel extends ModelNoise {
  readonly family: 'embeddings'
  readonly network: EmbeddingNetwork
  readonly layout: Layout
  /** All weights, flat. */
  readonly weights: Float32Array
  /** [L]. */
  readonly shape: readonly number[]
  readonly vocabulary: TokenVocabulary
  readonly classNames: readonly string[]
  readonly meta: TweedieMeta
}

/**
 * The model of a folder's content.
 *
 * @throws TweedieError `model` where weights, network and vocabulary do not fit together
 */
export function embeddingModelOf(folder: ModelFolder, own: OwnComponents = {}): EmbeddingModel {
  const { meta, weights } = folder
  requireUsable(meta.sampler, ['sampler', 'steps', 'spacing'], 'text as noisy embeddings')
  if (typeof meta.schedule?.schedule === 'string') requirePart(own, 'schedules', meta.schedule.schedule, scheduleNames)
  const network = requireEmbeddings(networkOf(folder.network, own))
  const layout = parametersOf(network)
  const { categories, shape } = meta.data
  if (categories !== network.vocabulary.tokens || shape.length !== 1) {
    throw new TweedieError(
      'model',
      `tweedie.json says ${String(categories)} tokens in items [${shape.join(', ')}], the network has embeddings of ${network.vocabulary.tokens}`,
    )
  }
  if (meta.objective.parametrisation !== 'sample') {
    throw new TweedieError('model', `tweedie.json: objective.parametrisation is ${meta.objective.parametrisation}`, {
      hint: 'a network over embeddings predicts sample, x₀',
    })
  }
  return {
    family: 'embeddings',
    network,
    layout,
    weights: layout.fromMap(weights),
    ...noiseOfFolder(folder, own.schedules),
    shape,
    vocabulary: vocabularyOf(meta.data),
    classNames: [],
    meta,
  }
}

/** The content of the model's folder; the inverse of {@link embeddingModelOf}. */
export function embeddingFolderOf({ network, layout, weights, meta }: EmbeddingModel): ModelFolderInput {
  const { className, config } = network
  return { network: { className, config }, weights: layout.toMap(weights), scheduler: null, meta }
}

/** The embeddings as they are now: they change with the weights. */
export function embeddingsOf({ network, layout, weights }: EmbeddingModel): EmbeddingTable {
  const [table] = evaluate([network.table(new Scope())], Object.fromEntries(layout.toMap(weights)))
  return embeddingTable(Float32Array.from(table!.data), network.vocabulary.tokens)
}

/** The same model for items of another length. */
export function withTextLength(model: EmbeddingModel, length: number): EmbeddingModel {
  if (model.shape[0] === length) return model
  const { className, config } = model.network
  const network = requireEmbeddings(networkFromConfig(className, { ...config, length }))
  return { ...model, network, layout: parametersOf(network), shape: [length] }
}

/**
 * The network as one over embeddings.
 *
 * @throws TweedieError `model` if it is not
 */
export function requireEmbeddings(network: Network): EmbeddingNetwork {
  if (isEmbeddingNetwork(network)) return network
  throw new TweedieError(
    'model',
    `embeddings need a network that owns their table, and ${network.className} does not`,
    {
      hint: 'EmbeddingTransformer',
    },
  )
}
