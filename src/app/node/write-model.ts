/** Writes the model of a run to its folder: whole, or only the adapters or the word that was trained. */
import { relative, resolve } from 'node:path'
import type { Family, FamilyModel } from '../../families/family.ts'
import type { ModelFolderInput } from '../../files/io/model-folder.ts'
import type { NewWord } from '../../tools/train/new-word.ts'
import { writeFolder, writeModelFolder } from '../../files/io/node/model-folder.ts'

/** The model in a folder that opens again, with the model that it was made of where it consists of adapters. */
export async function writeModel(path: string, { write }: Pick<Family, 'write'>, model: FamilyModel): Promise<void> {
  const { adapters, word } = model
  const folder = await write(model)
  if (word?.spec.base.path !== undefined) return writeWord(path, word, folder)
  const base = adapters?.spec.base.path
  if (adapters === undefined || base === undefined) return writeModelFolder(path, folder)
  const { rank, alpha, targets, text } = adapters.spec
  const [{ encodeAdapterFolder }, { adaptersOf }] = await Promise.all([
    import('../../files/io/lora/adapter-folder.ts'),
    import('../../tools/train/lora.ts'),
  ])
  const facts = {
    base: { path: base, relative: relative(resolve(path), base), sum: adapters.spec.base.sum },
    rank,
    alpha,
    targets,
    ...(text === true && { text }),
  }
  const { scheduler, meta } = folder
  await writeFolder(path, encodeAdapterFolder({ layers: adaptersOf(adapters), facts, scheduler, meta }))
}

async function writeWord(path: string, { spec, vectors }: NewWord, { meta }: ModelFolderInput): Promise<void> {
  const { encodeWordFolder } = await import('../../files/io/embedding/word-folder.ts')
  const { base, ...how } = spec
  const place = { path: base.path!, relative: relative(resolve(path), base.path!), sum: base.sum }
  await writeFolder(path, encodeWordFolder(vectors, { ...how, base: place }, meta))
}
