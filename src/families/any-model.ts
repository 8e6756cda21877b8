/** All kinds of model: of values under Gaussian noise, of tokens under a discrete process, of tokens as noisy embeddings. */
import type { ModelFolder, ModelFolderInput } from '../files/io/model-folder.ts'
import { embeddingFolderOf, type EmbeddingModel, embeddingModelOf } from './embeddings/model.ts'
import { folderOf, type Model, modelOf } from './values/model.ts'
import { tokenFolderOf, type TokenModel, tokenModelOf } from './tokens/model.ts'

/** A model in memory. */
export type AnyModel = Model | TokenModel | EmbeddingModel

/** Whether a model is of tokens under a discrete process. */
export function isTokenModel(model: AnyModel): model is TokenModel {
  return 'process' in model
}

/** Whether a model is of tokens as noisy embeddings. */
export function isEmbeddingModel(model: AnyModel): model is EmbeddingModel {
  return 'look' in model && !isTokenModel(model)
}

/**
 * The model of a folder's content, whatever it is of.
 *
 * @throws TweedieError `model` where weights and network do not fit together
 */
export function anyModelOf(folder: ModelFolder): AnyModel {
  const { process, data } = folder.meta
  if (process !== null) return tokenModelOf(folder)
  return data.kind === 'tokens' ? embeddingModelOf(folder) : modelOf(folder)
}

/** What is written to a folder; the inverse of {@link anyModelOf}. */
export function anyFolderOf(model: AnyModel): ModelFolderInput {
  if (isTokenModel(model)) return tokenFolderOf(model)
  return isEmbeddingModel(model) ? embeddingFolderOf(model) : folderOf(model)
}
