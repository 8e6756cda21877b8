/**
 * A trained model of tokens: a network with its weights, the process that corrupts tokens, and the vocabulary of the
 * tokens.
 */
import type { TokenVocabulary } from '../../files/data/categorical.ts'
import { type DiscreteProcess, type DiscreteSpec, processOf } from '../../diffusion/discrete/index.ts'
import { isTweedieError, TweedieError } from '../../errors.ts'
import type { ModelFolder, ModelFolderInput } from '../../files/io/model-folder.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import { requireUsable } from '../../compiled/sampling.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import { type Network, parametersOf } from '../../engine/nn/network.ts'
import { networkFromConfig } from '../../engine/nn/registry.ts'
import { networkOf } from '../network-of.ts'
import type { OwnComponents } from '../own-parts.ts'
import { vocabularyOf } from '../token-vocabulary.ts'

/** A model of tokens in memory. */
export interface TokenModel {
  readonly family: 'tokens'
  readonly network: Network
  readonly layout: Layout
  /** All weights, flat. */
  readonly weights: Float32Array
  readonly process: DiscreteProcess
  /** One item: [L] for text, [H, W] for maps. */
  readonly shape: readonly number[]
  readonly vocabulary: TokenVocabulary
  readonly classNames: readonly string[]
  /** The label that means "no class", if the model was trained with one. */
  readonly unconditionalLabel: number | undefined
  readonly meta: TweedieMeta
}

/**
 * The model of a folder's content.
 *
 * @throws TweedieError `model` where weights, network and process do not fit together
 */
export function tokenModelOf({ network: spec, weights, meta }: ModelFolder, own: OwnComponents = {}): TokenModel {
  const { data } = meta
  requireUsable(meta.sampler, ['sampler', 'steps', 'guidance'], 'tokens')
  const network = networkOf(spec, own)
  const layout = parametersOf(network)
  const process = processOfMeta(meta)
  const { states, logits } = network.categories ?? { states: 0, logits: 0 }
  if (states !== process.states || logits !== process.categories) {
    const got = states > 0 ? `${states} states` : 'no tokens'
    throw new TweedieError('model', `the network takes ${got}, the process has ${process.states}`)
  }
  return {
    family: 'tokens',
    network,
    layout,
    weights: layout.fromMap(weights),
    process,
    shape: data.shape,
    vocabulary: vocabularyOf(data),
    classNames: data.classNames ?? [],
    unconditionalLabel: data.unconditionalLabel ?? undefined,
    meta,
  }
}

/** The content of the model's folder; the inverse of {@link tokenModelOf}. */
export function tokenFolderOf({ network, layout, weights, meta }: TokenModel): ModelFolderInput {
  return {
    network: { className: network.className, config: network.config },
    weights: layout.toMap(weights),
    scheduler: null,
    meta,
  }
}

/**
 * The same model for items of another length.
 *
 * @throws TweedieError `usage` where its network is made for one shape
 */
export function withLength(model: TokenModel, length: number): TokenModel {
  if (model.shape.length === 1 && model.shape[0] === length) return model
  if (model.network.className !== 'TokenTransformer' || model.vocabulary.kind !== 'text') {
    throw new TweedieError('usage', `the model is of items [${model.shape.join(', ')}] only`, {
      hint: 'leave `length` out',
    })
  }
  const network = networkFromConfig(model.network.className, { ...model.network.config, length })
  return { ...model, network, layout: parametersOf(network), shape: [length] }
}

function processOfMeta({ process, data }: TweedieMeta): DiscreteProcess {
  const { categories } = data
  if (process === null || typeof categories !== 'number') {
    throw new TweedieError('model', 'tweedie.json does not say which process the model is trained on')
  }
  try {
    return processOf(process as unknown as DiscreteSpec, categories)
  } catch (cause) {
    if (!isTweedieError(cause)) throw cause
    throw new TweedieError('model', `tweedie.json: ${cause.message}`, {
      hint: 'was it written by a newer tweedie?',
      cause,
    })
  }
}
