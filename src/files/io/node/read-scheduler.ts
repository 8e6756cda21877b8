/** A scheduler's configuration from a path that a user names. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TweedieError } from '../../../errors.ts'
import { schedulerFile } from '../folder-plan.ts'
import { readFolderJson } from '../read-part.ts'

/**
 * Reads it.
 *
 * @param path of the file, of its folder, or of a pipeline that has it
 * @throws TweedieError `model` where there is none
 */
export async function readScheduler(path: string): Promise<Readonly<Record<string, unknown>>> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory()
  const places = isFolder ? [join(path, schedulerFile), join(path, 'scheduler', schedulerFile)] : [path]
  for (const place of places) {
    const bytes = await readFile(place).catch(() => undefined)
    const value = bytes && readFolderJson(bytes, place.slice(path.length + 1), path)
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  }
  throw new TweedieError('model', `${places[0]}: no scheduler is there`, {
    hint: 'name a scheduler_config.json, or the folder of a model that has one',
  })
}
