/** A model folder of ONNX files, written to a disk. */
import { dirname, join } from 'node:path'
import { exportOnnxFolder, type FolderExportOptions } from '../../compiled/onnx/export-folder.ts'
import { TweedieError } from '../../errors.ts'
import { indexPath } from '../../files/io/folder-plan.ts'
import { makeFolder, readBytes, writeFileAtomic } from '../../files/io/node/files.ts'
import { readModelFolder } from '../../files/io/node/model-folder.ts'
import type { OpenFolderOptions } from './open-folder.ts'

/**
 * Exports all networks of a model, each as an ONNX file in a folder of its own.
 *
 * @param out the folder, which is made; `force` writes over a model that lies there
 * @returns sizes of the files by path, in bytes
 * @throws TweedieError `exists` for the folder of another model; `model` for a folder that cannot be read, or a part that is of no class here
 */
export async function exportFolder(
  path: string,
  out: string,
  options: FolderExportOptions &
    Pick<OpenFolderOptions, 'scheduler' | 'variant'> & { readonly force?: boolean | undefined } = {},
): Promise<Readonly<Record<string, number>>> {
  const { scheduler, variant, force = false, ...rest } = options
  if (!force && (await readBytes(join(out, indexPath), 'model')) !== undefined) {
    throw new TweedieError('exists', `${join(out, indexPath)} exists`, {
      hint: '`force` writes over it, or name another folder',
    })
  }
  const read = { ...(scheduler !== undefined && { scheduler }), ...(variant !== undefined && { variant }) }
  const files = exportOnnxFolder(await readModelFolder(path, read), rest)
  for (const [name, bytes] of files) {
    const file = join(out, name)
    await makeFolder(dirname(file))
    await writeFileAtomic(file, bytes)
  }
  return Object.fromEntries(Array.from(files, ([name, bytes]) => [join(out, name), bytes.length]))
}
