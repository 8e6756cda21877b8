/** Opens data from wherever a browser has them. */
import type { OptionValues } from '../../../options.ts'
import { isBuiltinName } from '../builtin/names.ts'
import { openSource } from '../open/open-source.ts'
import { sourceOf } from '../open/source-of.ts'
import type { DataReaders } from '../reader.ts'
import { type DataInput, isUrl, type Numbers } from './data-input.ts'
import { type DataPlace, type DataValues, type OpenedInput, readingOptions } from './opened-input.ts'
import { webTree } from './web-tree.ts'

export type { OpenedInput } from './opened-input.ts'

/** How reading is stopped and watched. */
export interface OpenInputOptions {
  readonly signal?: AbortSignal | undefined
  /** Files that were read, and how many there are. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly readers?: DataReaders | undefined
}

/**
 * Opens data: the name of a built-in set, files of the formats that Node reads too, a folder of pictures whose sub-folders are classes,
 * texts, a .zip of these, an address, or numbers in memory.
 *
 * @param options those of data, by the names that `tweedie train` has for them; others are not looked at
 * @throws TweedieError `data` if they are missing, broken or of no known kind; `usage` for options that such data do not support
 * @example
 * const { train, report } = await openInput(dataInput(input.files), { size: 32 })
 */
export async function openInput(
  input: DataInput,
  options: OptionValues,
  { signal, onProgress, readers }: OpenInputOptions = {},
): Promise<OpenedInput> {
  const known = Object.entries(options).filter(([name]) => Object.hasOwn(readingOptions, name))
  const asked: DataValues = Object.fromEntries(known)
  if (areNumbers(input)) return (await import('./open-numbers.ts')).openNumbers(input, asked)
  const { tree, path } = await placeOf(input, signal)
  const source = await sourceOf(tree, path, asked)
  const opened = await openSource(tree, source, { signal, onProgress, readers })
  return { ...opened, source, again: (await tree.kind(path)) === undefined && isBuiltIn(path) }
}

/** Whether data are numbers in memory, and no name and no files. */
function areNumbers(input: DataInput): input is Numbers {
  return Array.isArray(input) || (typeof input === 'object' && input !== null && 'shape' in input)
}

function isBuiltIn(path: string): boolean {
  const name = path.replace(/^builtin:/, '')
  return name === 'maps' || isBuiltinName(name)
}

/** Files and folders, and which of them are the data; what knows files is not loaded for built-in sets. */
async function placeOf(input: Exclude<DataInput, Numbers>, signal: AbortSignal | undefined): Promise<DataPlace> {
  if (typeof input === 'string' && !isUrl(input)) return { tree: webTree(new Map()), path: input }
  return (await import('./input-place.ts')).inputPlace(input, signal)
}
