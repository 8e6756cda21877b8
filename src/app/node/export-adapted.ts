/** A model with adapters as a whole folder, and adapters as a file for other programs. */
import { TweedieError } from '../../errors.ts'
import type { OwnParts } from '../../families/family.ts'
import type { Opened } from '../../families/registry.ts'
import { adapterFiles, decodeAdapterFolder } from '../../files/io/lora/adapter-folder.ts'
import { layerNames } from '../../files/io/lora/layer-names.ts'
import { encodeKohya } from '../../files/io/lora/write-lora.ts'
import { writeFileAtomic } from '../../files/io/node/files.ts'
import { readFolder } from '../../files/io/node/model-folder.ts'
import { baseOf } from '../adapters/adapted.ts'
import { mainName } from '../../files/io/unet-classes.ts'
import { saveModel } from './save-model.ts'

/** Where to write. */
export interface AdaptedExports {
  /** The folder that the model was opened from. */
  readonly place: string
  /** A folder for the model as it was opened, adapters in its weights. */
  readonly merged?: string | undefined
  /** A file for the adapters that lie in `place`. */
  readonly loraFile?: string | undefined
  readonly own?: OwnParts | undefined
}

/**
 * Writes what is named.
 *
 * @returns sizes of files in bytes, and folders
 * @throws TweedieError `usage` for a file of adapters of a folder that has none
 */
export async function exportAdapted(
  opened: Opened,
  { place, merged, loraFile, own }: AdaptedExports,
): Promise<{ readonly files: Readonly<Record<string, number>>; readonly folders: { readonly merged?: string } }> {
  const files: Record<string, number> = {}
  if (loraFile !== undefined) {
    const bytes = await kohyaFile(opened, place)
    await writeFileAtomic(loraFile, bytes)
    files[loraFile] = bytes.length
  }
  if (merged !== undefined) await saveModel(merged, opened.model, own)
  return { files, folders: merged === undefined ? {} : { merged } }
}

async function kohyaFile({ family, model }: Opened, place: string): Promise<Uint8Array> {
  const held = decodeAdapterFolder(await readFolder(place, adapterFiles), place)
  if (held === undefined) {
    throw new TweedieError('usage', `\`loraFile\`: ${place} holds no adapters of its own`, {
      hint: '`train DATA --from MODEL --lora 8` makes such a folder',
    })
  }
  const { folder, parts } = await baseOf(family, model, place)
  const main = folder.main?.name ?? mainName(folder.network.className)
  const weights = new Map(Array.from(parts, ([part, named]) => [part === '' ? main : part, named.keys()]))
  const names = layerNames(weights)
  const layers = held.file.layers.map(({ name, down, up }) => {
    const { part, weight } = names.get(name)!
    return { part, layer: weight.replace(/\.weight$/, ''), down, up }
  })
  // what is in the file is already multiplied by α / rank
  return encodeKohya(layers, { alpha: held.facts.rank, parts: [...weights.keys()] })
}
