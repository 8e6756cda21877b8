/** The files of a model folder that matter, found by listing it. */
import { isTweedieError } from '../../errors.ts'
import {
  configFile,
  furtherFolders,
  indexPath,
  metaPath,
  partFolders,
  planFolder,
  schedulerFile,
} from './folder-plan.ts'
import { furtherNames } from './further-files.ts'
import type { ReadFolderOptions } from './model-folder.ts'
import { weightsBeside } from './onnx-folder.ts'
import { namesIn, readFolderJson } from './read-part.ts'
import { chooseWeightFiles } from './weight-files.ts'

/** A folder that is read. */
export interface FolderReader {
  /** A file's content by its path in the folder; undefined: there is none. */
  read(path: string): Promise<Uint8Array | undefined>
  /** The names of the files in a folder below, or in the folder itself (''). */
  list(folder: string): Promise<readonly string[]>
  /** The folder on a disk: weights beside an ONNX file are not read here. */
  readonly root?: string | undefined
}

/** No index of weights is longer than this many bytes. */
const isSmall = (name: string): boolean =>
  [indexPath, metaPath, configFile, schedulerFile].includes(name) || /\.safetensors\.index(\.[\w-]+)?\.json$/.test(name)

/**
 * Reads what is needed of a folder: its small files, and the weights that its parts are read from. Missing files are
 * reported by the decoder.
 *
 * @param source what to call the folder in errors
 */
export async function readFolderFiles(
  source: string,
  folder: FolderReader,
  { variant }: Pick<ReadFolderOptions, 'variant'>,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  const names = new Set<string>()
  const take = async (path: string): Promise<void> => {
    const bytes = await folder.read(path)
    if (bytes !== undefined) files.set(path, bytes)
  }
  const list = async (below: string): Promise<void> => {
    for (const name of await folder.list(below)) {
      names.add(below + name)
      if (isSmall(name)) await take(below + name)
    }
  }
  await list('')
  const json = (path: string): unknown => readFolderJson(files.get(path), path, source)
  const index = files.has(indexPath) ? json(indexPath) : undefined
  const further = new Set(furtherFolders(index))
  for (const name of partFolders(index)) {
    await list(`${name}/`)
    if (!further.has(name)) continue
    for (const own of furtherNames) if (names.has(`${name}/${own}`)) await take(`${name}/${own}`)
  }
  for (const { folder: place, library = 'diffusers', onnx } of planFolder(names, json, source).parts) {
    if (onnx !== undefined) {
      for (const path of Object.values(onnx)) {
        await take(path)
        const beside = folder.root === undefined ? weightsBeside(path, files.get(path)!, source) : []
        for (const each of beside) await take(each)
      }
      continue
    }
    for (const name of chosen(namesIn(names, place), `${source}/${place}`, library, variant)) await take(place + name)
  }
  return files
}

/** If there are weights but not the wanted ones, that is an error; if there are none, the decoder reports it. */
function chosen(
  names: readonly string[],
  where: string,
  library: string,
  variant: string | undefined,
): readonly string[] {
  try {
    return chooseWeightFiles(names, where, { library, variant }).names
  } catch (error) {
    if (isTweedieError(error) && !names.some((name) => name.endsWith('.safetensors'))) return []
    throw error
  }
}
