/** Checks that output files would not overwrite anything and can be written. */
import { stat } from 'node:fs/promises'
import { dirname, extname } from 'node:path'
import { TweedieError } from '../../errors.ts'
import { removeForgotten } from '../../files/io/node/files.ts'

/**
 * Checks a path before there is anything to write to it. Temporary files that a process left there when it was killed are removed.
 *
 * @param extensions what the file's name may end in
 * @throws TweedieError `usage` for another extension or a folder that is missing, `exists` for a file that exists
 */
export async function requireNew(path: string, extensions: readonly string[], force: boolean): Promise<void> {
  await requireAbsent(path, extensions, force)
  await removeForgotten(dirname(path))
}

/** The same without looking for what was left in the folder: for each of many files. */
export async function requireAbsent(path: string, extensions: readonly string[], force: boolean): Promise<void> {
  if (!extensions.includes(extname(path).toLowerCase())) {
    throw new TweedieError('usage', `${path}: the extension chooses the format: ${extensions.join(', ')}`)
  }
  if (!force && (await exists(path))) {
    throw new TweedieError('exists', `${path} exists`, { hint: '`force` writes over it, or name another file' })
  }
  if (!(await exists(dirname(path)))) {
    throw new TweedieError('usage', `${path}: there is no folder ${dirname(path)}`, {
      hint: `mkdir -p ${quotedPath(dirname(path))}`,
    })
  }
}

/** The same for a folder that is to be made. */
export async function requireNewFolder(path: string, force: boolean): Promise<void> {
  if (force || !(await exists(path))) return
  throw new TweedieError('exists', `${path} exists`, { hint: '`force` writes over it, or name another folder' })
}

/** A path as a shell takes it for one word. */
function quotedPath(path: string): string {
  return /^[\w@%+=:,./\\~-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
