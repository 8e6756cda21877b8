/** Opens a folder of a word: the model that it names, with the word. */
import { readerOf } from '../../families/reader-of.ts'
import type { OwnParts } from '../../families/family.ts'
import type { Opened } from '../../families/registry.ts'
import { decodeWordFolder, wordFiles } from '../../files/io/embedding/word-folder.ts'
import { folderOfInput } from '../../files/io/folder-of-input.ts'
import { readFolder } from '../../files/io/node/model-folder.ts'
import { withEmbeddings } from '../adapters/with-embeddings.ts'
import { openBase } from './open-adapted.ts'

/**
 * The model with the word in a folder.
 *
 * @param openFolder opens the model's folder, as it is
 * @throws TweedieError `model` where the model is gone or another one by now
 */
export async function openWord(
  path: string,
  own: OwnParts,
  base: string | undefined,
  openFolder: (path: string) => Promise<Opened>,
): Promise<Opened> {
  const { word, facts, meta } = decodeWordFolder(await readFolder(path, wordFiles), path)!
  const opened = await openBase(path, facts.base, base, openFolder, 'a word')
  const folder = folderOfInput(await opened.family.write(opened.model))
  const { base: on, token, from, vectors } = facts
  const training = { ...meta.training, word: { token, vectors, ...(from !== undefined && { from }), base: on.path } }
  const stated = { ...folder.meta, data: { ...folder.meta.data, name: meta.data.name }, training }
  const known = withEmbeddings({ ...folder, meta: stated }, [{ ...word, source: path }])
  return { ...opened, model: (await readerOf(opened.family))(known, own) }
}
