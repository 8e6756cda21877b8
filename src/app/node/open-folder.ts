/** Opens the model in a folder on a disk. */
import { stat } from 'node:fs/promises'
import { isTweedieError, TweedieError } from '../../errors.ts'
import type { OwnParts, Setting } from '../../families/family.ts'
import { readModelFolder, type ReadModelFolderOptions } from '../../files/io/node/model-folder.ts'
import { type Opened, openedOf } from '../opened.ts'

/** How to read an incomplete folder, and a callback for remarks about it. */
export interface OpenFolderOptions extends Pick<Setting, 'onRemark'> {
  /** The noise: the path of a `scheduler_config.json` or of a folder that has one, or its content. */
  readonly scheduler?: ReadModelFolderOptions['scheduler'] | undefined
  /** Which weights, if there are several: `fp16` for `….fp16.safetensors`. */
  readonly variant?: string | undefined
}

/**
 * The model in a folder, with its family.
 *
 * @param options `scheduler` and `variant` for incomplete folders; `onRemark` gets sentences about the choices made
 * @throws TweedieError `model` if it is missing, broken or not supported
 */
export async function openFolder(
  path: string,
  own: OwnParts = {},
  { scheduler, variant, onRemark }: OpenFolderOptions = {},
): Promise<Opened> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) {
    throw new TweedieError('model', `${path}: no such folder`, {
      hint: 'name the folder of a model, as training wrote it',
    })
  }
  if (!found.isDirectory()) {
    throw new TweedieError('model', `${path}: a model is a folder, this is a file`, {
      hint: "name the folder that it lies in; 'tweedie info' says what a file is",
    })
  }
  const folder = await readModelFolder(path, {
    ...(scheduler !== undefined && { scheduler }),
    ...(variant !== undefined && { variant }),
  })
  for (const note of folder.notes) onRemark?.(note)
  return openedOf(folder, own, path).catch(naming(path))
}

/** Errors of a model in a folder say which folder it is. */
function naming(path: string): (error: unknown) => never {
  return (error) => {
    if (!isTweedieError(error, 'model') || error.message.startsWith(path)) throw error
    throw new TweedieError('model', `${path}: ${error.message}`, { hint: error.hint, cause: error })
  }
}
