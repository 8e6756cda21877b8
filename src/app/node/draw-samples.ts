/** Samples drawn during training, from the same noise every time, so that they can be compared. */
import { basename, dirname, join } from 'node:path'
import type { FamilyModel, OwnParts, View } from '../../families/family.ts'
import { abilityOf, entryNamed } from '../../families/registry.ts'
import { makeFolderIn, writeFileAtomic } from '../../files/io/node/files.ts'
import { writeImage } from '../../files/io/node/images.ts'
import type { GridOptions } from '../../files/io/raster.ts'
import type { OptionValues } from '../../options.ts'
import { settingFor } from './setting.ts'

/**
 * Draws samples into a folder: a picture, or a text.
 *
 * @param options `device` and `threads`
 * @returns the path of the file
 */
export async function drawSamples(
  folder: string,
  model: FamilyModel,
  seed: number,
  options: OptionValues,
  own: OwnParts,
): Promise<string> {
  const entry = entryNamed(model.family, own)
  const family = await entry.load()
  const setting = await settingFor(folder, { entry, family, model }, options, own)
  const draw = await abilityOf('draw', { entry, family }, own)
  const { options: asked = {}, layout = {} } = family.preview?.(model) ?? {}
  using painter = draw(model, setting)
  return writeView(folder, model, seed, await painter.draw({ ...asked, seed }), layout)
}

async function writeView(
  folder: string,
  { meta }: FamilyModel,
  seed: number,
  view: View,
  layout: GridOptions,
): Promise<string> {
  const { steps } = meta.training
  await makeFolderIn(dirname(folder), basename(folder))
  const path = join(folder, `step-${String(steps).padStart(7, '0')}`)
  if (view.raster) {
    await writeImage(`${path}.png`, view.raster(layout), { overwrite: true, provenance: { step: steps, seed } })
    return `${path}.png`
  }
  await writeFileAtomic(`${path}.txt`, `${(view.texts?.() ?? []).join('\n\n')}\n`)
  return `${path}.txt`
}
