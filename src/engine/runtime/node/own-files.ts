/** Files that only this user can have written. */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs'
import { geteuid } from 'node:process'

/** The bits of a mode by which a group, or everybody, may write. */
const writableByOthers = 0o022

/**
 * Why what lies in a folder is not to be trusted: it belongs to another user, or others can write to it. Undefined where it can be, where
 * there is no such folder, and on systems without users' numbers (Windows).
 */
export function distrustOf(folder: string): string | undefined {
  const user = geteuid?.()
  const found = statOf(folder)
  if (user === undefined || found === undefined) return undefined
  if (found.uid !== user) return 'belongs to another user'
  if ((found.mode & writableByOthers) !== 0) return 'can be written to by other users'
  return undefined
}

/**
 * The content of a regular file of this user. Nothing waits for what is none, such as a pipe, and links are not followed.
 *
 * @throws Error where there is none, or it is something else
 */
export function readOwnFile(path: string): Buffer {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0))
  try {
    const found = fstatSync(file)
    const user = geteuid?.()
    if (!found.isFile()) throw new Error(`${path} is no file`)
    if (user !== undefined && found.uid !== user) throw new Error(`${path} belongs to another user`)
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}

/** Undefined where there is none, or it cannot be reached. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}
