/** Opens the model in a folder on a disk. */
import { stat } from 'node:fs/promises'
import { TweedieError } from '../../errors.ts'
import type { OwnParts } from '../../families/family.ts'
import { readModelFolder } from '../../files/io/node/model-folder.ts'
import { type Opened, openedOf } from '../opened.ts'

/**
 * The model in a folder, with its family.
 *
 * @throws TweedieError `model` where there is none, or it is broken or not supported
 */
export async function openFolder(path: string, own: OwnParts = {}): Promise<Opened> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) {
    throw new TweedieError('model', `${path}: no such folder`, {
      hint: 'name the folder of a model, as training wrote it',
    })
  }
  if (!found.isDirectory()) {
    throw new TweedieError('model', `${path}: a model is a folder, this is a file`, {
      hint: 'inspect it to see what it is',
    })
  }
  return openedOf(await readModelFolder(path), own, path)
}
