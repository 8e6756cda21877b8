/** Checks an output path before any item is computed. */
import { readdir, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { TweedieError } from '../../errors.ts'
import type { Makes } from '../../families/family.ts'
import { removeForgotten } from '../../files/io/node/files.ts'
import { animationExtensions, imageExtensions } from '../../files/io/node/images.ts'
import { requireNew } from './require-new.ts'

/** What else is known of what will be written. */
export interface OutputChecks {
  readonly overwrite?: boolean
  readonly beside?: readonly string[]
  readonly formats?: readonly string[]
}

/**
 * Checks an output path before there is anything to write.
 *
 * @param makes the formats that the items can be written in
 * @param beside suffixes of further pictures that are written too, such as `mean`
 * @param formats further extensions that such items are written as
 * @throws TweedieError `exists` for a file that would be overwritten, `usage` for an extension that such items cannot
 * be written as
 */
export async function checkOutput(
  out: string,
  makes: Makes,
  { overwrite = false, beside = [], formats = [] }: OutputChecks = {},
): Promise<void> {
  if (await isFolder(out)) return checkFolder(out, makes, overwrite)
  const extensions = [
    ...(makes.pictures === 'none' ? [] : imageExtensions),
    ...(makes.moving ? movingOnly : []),
    ...(makes.tables ? ['.csv'] : []),
    ...(makes.texts ? ['.txt', '.json'] : []),
    '.npy',
    ...formats,
  ]
  const others = isPicture(out) || isAnimation(out) ? beside.map((name) => besideName(out, name)) : []
  for (const path of [out, ...others]) await requireNew(path, extensions, overwrite)
}

/** Checks the path of a trajectory file (an animation, or a text) before it is written. */
export async function checkTrajectory(path: string, { pictures }: Makes, overwrite = false): Promise<void> {
  await requireNew(path, pictures === 'none' ? ['.txt'] : animationExtensions, overwrite)
}

/** Checks a folder that gets one file for each item. */
export async function checkFolder(out: string, makes: Makes, overwrite: boolean): Promise<void> {
  if (makes.tables === 'together') {
    throw new TweedieError('usage', `${out}: rows are written together`, { hint: 'write a .csv file' })
  }
  if (makes.pictures !== 'each' && !makes.texts && !makes.tables) {
    throw new TweedieError('usage', `${out}: one file to a sample is for images`, { hint: 'write a .npy file' })
  }
  await removeForgotten(out)
  const found = await stat(out).catch(() => undefined)
  if (found === undefined || overwrite || (found.isDirectory() && (await readdir(out)).length === 0)) return
  throw new TweedieError('exists', `${out} exists and is not empty`, {
    hint: '`force` writes into it, or name another one',
  })
}

/** `grid.png` → `grid-mean.png`. */
export function besideName(path: string, end: string): string {
  const extension = extname(path)
  return `${path.slice(0, path.length - extension.length)}-${end}${extension}`
}

/** Whether the file name is one of a picture. */
export const isPicture = (path: string): boolean => imageExtensions.includes(extname(path).toLowerCase())

/** Whether the file name is one of an animation. */
export const isAnimation = (path: string): boolean => animationExtensions.includes(extname(path).toLowerCase())

/** The extensions that only what moves has. */
const movingOnly: readonly string[] = animationExtensions.filter((each) => !imageExtensions.includes(each))

/** Whether the name means a folder: an existing one, or a name without an extension. */
export async function isFolder(path: string): Promise<boolean> {
  if (extname(path) === '' || /[\\/]$/.test(path)) return true
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}
