/** Opens the model in a folder. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TweedieError } from '../errors.ts'
import { metaPath, type ModelFolder } from '../files/io/model-folder.ts'
import { readJson } from '../files/io/node/files.ts'
import { readModelFolder } from '../files/io/node/model-folder.ts'
import { readModel } from '../app/opened.ts'
import type { EmbeddingModel } from '../families/embeddings/model.ts'
import { modelOf } from '../families/values/model.ts'
import type { Model } from '../families/values/model.ts'
import type { TokenModel } from '../families/tokens/model.ts'

/**
 * The model of images, points or other values in a folder.
 *
 * @throws TweedieError `model` where there is none, it is broken or not supported, or it is of tokens
 */
export async function openModel(path: string): Promise<Model> {
  return modelOf(await openFolder(path))
}

/**
 * The model in a folder, of values or of tokens.
 *
 * @throws TweedieError `model` where there is none, or it is broken or not supported
 */
export async function openAnyModel(path: string): Promise<AnyModel> {
  return (await readModel(await openFolder(path))) as AnyModel
}

/**
 * The model of tokens in a folder.
 *
 * @throws TweedieError `model` where there is none, or it is of something else
 */
export async function openTokenModel(path: string): Promise<TokenModel> {
  const model = await openAnyModel(path)
  if (isTokenModel(model)) return model
  throw new TweedieError('model', `${path}: a model of ${kindOf(model)}, where one of tokens is needed`)
}

/**
 * The model of text as noisy embeddings in a folder.
 *
 * @throws TweedieError `model` where there is none, or it is of something else
 */
export async function openEmbeddingModel(path: string): Promise<EmbeddingModel> {
  const model = await openAnyModel(path)
  if (isEmbeddingModel(model)) return model
  throw new TweedieError('model', `${path}: a model of ${kindOf(model)}, where one of embeddings is needed`)
}

/** A model of any family. */
export type AnyModel = Model | TokenModel | EmbeddingModel

/** Whether a model is of tokens under a discrete process. */
export const isTokenModel = (model: AnyModel): model is TokenModel => model.family === 'tokens'

/** Whether a model is of tokens as noisy embeddings. */
export const isEmbeddingModel = (model: AnyModel): model is EmbeddingModel => model.family === 'embeddings'

const kindOf = (model: AnyModel): string =>
  isTokenModel(model) ? 'tokens' : isEmbeddingModel(model) ? 'embeddings' : model.scale.kind

/** Whether a folder has a model of tokens in it, told by a glance; whatever is wrong with it, its reader will say. */
export async function holdsTokens(path: string): Promise<boolean> {
  const meta = await glance(path)
  return meta.process !== undefined && meta.process !== null
}

/** Whether a folder has a model of text as noisy embeddings in it. */
export async function holdsEmbeddings(path: string): Promise<boolean> {
  const { process, data } = await glance(path)
  return (process ?? null) === null && (data as { readonly kind?: unknown } | undefined)?.kind === 'tokens'
}

async function glance(path: string): Promise<Readonly<Record<string, unknown>>> {
  const meta = await readJson(join(path, metaPath), 'model').catch(() => undefined)
  return typeof meta === 'object' && meta !== null ? (meta as Record<string, unknown>) : {}
}

async function openFolder(path: string): Promise<ModelFolder> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) {
    throw new TweedieError('model', `${path}: no such folder`, {
      hint: "name the folder of a model: what 'tweedie train' was given as --out",
    })
  }
  if (!found.isDirectory()) {
    throw new TweedieError('model', `${path}: a model is a folder, this is a file`, {
      hint: `'tweedie info ${path}' says what it is`,
    })
  }
  return readModelFolder(path)
}
