/** What the model draws while it learns: the same noise every time, so that the results can be compared. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../../files/io/node/files.ts'
import { writeImage } from '../../files/io/node/images.ts'
import { type AnyModel, isEmbeddingModel, isTokenModel } from '../../families/any-model.ts'
import type { EmbeddingModel } from '../../families/embeddings/model.ts'
import { generate } from '../../families/values/generate.ts'
import { generateEmbedded } from '../../families/embeddings/generate.ts'
import { generateTokens } from '../../families/tokens/generate.ts'
import { pictureOf } from '../../files/show/picture.ts'
import type { Model } from '../../families/values/model.ts'
import type { TokenModel } from '../../families/tokens/model.ts'
import { isPicture, tokenPictureOf } from '../../files/show/token-picture.ts'
import { textOf } from '../../files/show/token-text.ts'
import { timesOf } from '../../diffusion/sample/default-times.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'

type DrawOptions = Pick<SessionOptions, 'device' | 'threads'> & { readonly seed: number }

/**
 * Draws samples into a folder: a picture, a column to a class if there are few, or a text.
 *
 * @returns the path of the file
 */
export async function drawSamples(
  folder: string,
  model: AnyModel,
  engine: Engine,
  { device, threads, seed }: DrawOptions,
): Promise<string> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, `step-${String(model.meta.training.steps).padStart(7, '0')}`)
  const options = { seed, ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) }
  if (isTokenModel(model)) return drawTokens(path, model, engine, options)
  return isEmbeddingModel(model) ? drawText(path, model, engine, options) : drawPicture(path, model, engine, options)
}

async function drawPicture(path: string, model: Model, engine: Engine, options: DrawOptions): Promise<string> {
  const isImage = model.frame.item.length === 3
  const classes = model.classNames.length
  const count = isImage ? (classes >= 2 && classes <= 10 ? 4 * classes : 36) : 1000
  const { items } = await generate(model, engine, { count, ...options })
  const columns = isImage && classes >= 2 && classes <= 10 ? { columns: classes } : {}
  await writeImage(`${path}.png`, pictureOf(items, model.scale, columns), {
    overwrite: true,
    provenance: { step: model.meta.training.steps, seed: options.seed },
  })
  return `${path}.png`
}

async function drawTokens(path: string, model: TokenModel, engine: Engine, options: DrawOptions): Promise<string> {
  const picture = isPicture(model)
  const { steps } = model.process.spec
  const { tokens } = await generateTokens(model, engine, {
    count: picture ? 36 : 4,
    steps: Math.min(64, steps ?? 64),
    ...options,
  })
  if (!picture) {
    await writeFileAtomic(`${path}.txt`, `${textOf(model, tokens).join('\n\n')}\n`)
    return `${path}.txt`
  }
  await writeImage(`${path}.png`, tokenPictureOf(model, tokens, model.process.categories), {
    overwrite: true,
    provenance: { step: model.meta.training.steps, seed: options.seed },
  })
  return `${path}.png`
}

async function drawText(path: string, model: EmbeddingModel, engine: Engine, options: DrawOptions): Promise<string> {
  const { tokens } = await generateEmbedded(model, engine, { count: 4, times: timesOf(model.schedule, 64), ...options })
  await writeFileAtomic(`${path}.txt`, `${textOf(model, tokens).join('\n\n')}\n`)
  return `${path}.txt`
}
