/** From a path and options to a source: a record of the data and how they are read. */
import type { OptionValues } from '../../../options.ts'
import { sourceOf as sourceIn, withAbsolutePaths as absoluteIn } from '../open/source-of.ts'
import type { DataSource } from '../source.ts'
import { diskTree } from './disk-tree.ts'

/**
 * The source: of tokens where it is a text, images whose values are categories, the built-in maps, or the columns of a table. Paths are
 * absolute, so that a run can go on from any folder.
 *
 * @throws TweedieError `usage` for options that make no sense together, `data` for a text that cannot be read
 * @example
 * const source = await sourceOf('photos', { size: 32, holdOut: 0.1 })
 */
export function sourceOf(path: string, options: OptionValues): Promise<DataSource> {
  return sourceIn(diskTree, path, options)
}

/** The absolute path, if there is such a file; names of built-in sets stay names. */
export function absolute(path: string): Promise<string> {
  return diskTree.absolute(path)
}

/** A source whose paths are absolute. */
export function withAbsolutePaths(source: DataSource): Promise<DataSource> {
  return absoluteIn(diskTree, source)
}
