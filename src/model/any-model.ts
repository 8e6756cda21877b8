/** Both kinds of model: of values under Gaussian noise, and of tokens under a discrete process. */
import type { ModelFolder, ModelFolderInput } from '../io/model-folder.ts'
import { folderOf, type Model, modelOf } from './model.ts'
import { tokenFolderOf, type TokenModel, tokenModelOf } from './token-model.ts'

/** A model in memory. */
export type AnyModel = Model | TokenModel

/** Whether a model is of tokens. */
export function isTokenModel(model: AnyModel): model is TokenModel {
  return 'process' in model
}

/**
 * The model of a folder's content, whatever it is of.
 *
 * @throws TweedieError `model` where weights and network do not fit together
 */
export function anyModelOf(folder: ModelFolder): AnyModel {
  return folder.meta.process === null ? modelOf(folder) : tokenModelOf(folder)
}

/** What is written to a folder; the inverse of {@link anyModelOf}. */
export function anyFolderOf(model: AnyModel): ModelFolderInput {
  return isTokenModel(model) ? tokenFolderOf(model) : folderOf(model)
}
