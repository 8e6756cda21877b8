/** A picture of what the model draws while it learns: the same noise every time, so that pictures can be compared. */
import { writeImage } from '../../io/node/images.ts'
import { generate } from '../../model/generate.ts'
import { pictureOf } from '../../model/picture.ts'
import type { Model } from '../../model/model.ts'
import type { Engine, SessionOptions } from '../../runtime/session.ts'

/** Draws samples, a column to a class if there are few, and writes their picture. */
export async function drawSamples(
  path: string,
  model: Model,
  engine: Engine,
  options: Pick<SessionOptions, 'device' | 'threads'> & { readonly seed: number },
): Promise<void> {
  const { device, threads, seed } = options
  const isImage = model.frame.item.length === 3
  const classes = model.classNames.length
  const count = isImage ? (classes >= 2 && classes <= 10 ? 4 * classes : 36) : 1000
  const { items } = await generate(model, engine, {
    count,
    seed,
    ...(device !== undefined && { device }),
    ...(threads !== undefined && { threads }),
  })
  const columns = isImage && classes >= 2 && classes <= 10 ? { columns: classes } : {}
  await writeImage(path, pictureOf(items, model.scale, columns), {
    overwrite: true,
    provenance: { step: model.meta.training.steps, seed },
  })
}
