/** Fields over time: when a path is taken for them, and how it is read. */
import { TweedieError } from '../../../errors.ts'
import type { OptionValues } from '../../../options.ts'
import { isSystemName } from '../builtin/names.ts'
import type { FileTree } from '../file-tree.ts'
import type { DataSource } from '../source.ts'
import type { TrajectoryDataset } from '../trajectory.ts'

/** The share at the end of the time that is held out, unless told otherwise. */
const usualHoldOut = 0.2

/**
 * The source, if it is of fields: a NetCDF or HDF5 file, arrays with latitudes and longitudes, or any array where `as: fields`,
 * `variables` or `window` say so.
 *
 * @throws TweedieError `usage` for `variables` of what is no file of fields
 */
export async function fieldSourceOf(
  tree: FileTree,
  path: string,
  options: OptionValues,
): Promise<DataSource | undefined> {
  const { variables, window, holdOut } = options
  // simulators make windows of any length
  if (await isSystem(tree, path)) return undefined
  const asked = options['as'] === 'fields' || variables !== undefined || window !== undefined
  const isArray = /\.(?:npy|npz)$/i.test(path)
  const isFile = /\.(?:nc|nc3|nc4|cdf|netcdf|h5|hdf5|he5)$/i.test(path)
  if (asked && options['as'] !== 'fields' && options['as'] !== undefined) {
    const name = variables === undefined ? 'window' : 'variables'
    throw new TweedieError('usage', `\`${name}\` is for fields over time, and \`as\` is ${String(options['as'])}`)
  }
  if (!isFile && !(isArray && (asked || (await hasPlaces(tree, path))))) {
    if (!asked) return undefined
    const name = variables !== undefined ? 'variables' : window !== undefined ? 'window' : 'as: fields'
    throw new TweedieError('usage', `\`${name}\` is for fields over time, and ${path} is no file of them`, {
      hint: 'NetCDF (.nc), HDF5 (.h5), or arrays (.npy, .npz)',
    })
  }
  return {
    path: await tree.absolute(path),
    fields: { ...(variables !== undefined && { variables: variables as readonly string[] }) },
    holdOut: (holdOut as number | undefined) ?? usualHoldOut,
    holdOutManner: 'end',
  }
}

/** Whether a path is the name of a built-in simulator, and no file's. */
export async function isSystem(tree: FileTree, path: string): Promise<boolean> {
  return isSystemName(path.replace(/^builtin:/, '')) && (await tree.kind(path)) === undefined
}

/** Whether an npz file has latitudes and longitudes. */
async function hasPlaces(tree: FileTree, path: string): Promise<boolean> {
  if (!/\.npz$/i.test(path) || (await tree.kind(path)) !== 'file') return false
  const { isZip, npzNames } = await import('./open-files.ts')
  const { areFieldNames } = await import('../fields/from-arrays.ts')
  const bytes = await tree.read(path)
  return isZip(bytes) && areFieldNames(npzNames(bytes))
}

/** Reads the fields of a source. @throws TweedieError `data` for what is broken or has none, `usage` where a package is missing */
export async function readFields(
  tree: FileTree,
  path: string,
  { variables }: NonNullable<DataSource['fields']>,
  signal?: AbortSignal,
): Promise<TrajectoryDataset> {
  if ((await tree.kind(path)) !== 'file') throw new TweedieError('data', `${path}: no such file`)
  const bytes = await tree.read(path, undefined, signal)
  const { openFields } = await import('./open-files.ts')
  try {
    return await openFields(bytes, { name: tree.nameOf(path), ...(variables && { variables }) })
  } catch (cause) {
    if (!(cause instanceof TweedieError) || cause.message.includes(tree.nameOf(path))) throw cause
    throw new TweedieError(cause.code, `${path}: ${cause.message}`, { hint: cause.hint, cause })
  }
}
