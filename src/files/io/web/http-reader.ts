/**
 * A model folder at a URL. A web server lists nothing, so which files there are follows from `model_index.json`, and from the names that
 * libraries give to weights. Files of a folder that has a `tweedie.json`, which is different after every save, are kept in the
 * browser's cache for the next time.
 */
import { isTweedieError, TweedieError } from '../../../errors.ts'
import type { FolderReader } from '../folder-files.ts'
import { configFile, indexPath, metaPath, noNetwork, schedulerFile, trainedParts } from '../folder-plan.ts'
import { furtherNames, hasFurtherFiles } from '../further-files.ts'
import { isOnnxClass, onnxFileName } from '../onnx-folder.ts'
import { readFolderJson } from '../read-part.ts'
import { weightStems } from '../weight-files.ts'
import { type Fetching, httpFiles } from './http-files.ts'

/** @param notes gets sentences about files that were kept, or fetched again */
export async function httpReader(
  url: string,
  { variant, ...fetching }: Fetching & { readonly variant?: string | undefined },
): Promise<FolderReader> {
  const base = url.endsWith('/') ? url : `${url}/`
  const files = await httpFiles(base, fetching)
  const indexBytes = await files.get(indexPath)
  const index = indexBytes && readFolderJson(indexBytes, indexPath, url.replace(/\/$/, ''))
  const parts = new Map(Object.entries(Object(index) as Record<string, unknown>).flatMap(placeOf))
  // All parts at once: their files are asked for one after the other.
  for (const [name, { library, className }] of parts) {
    if (className.endsWith('Scheduler')) files.expect(`${name}/${schedulerFile}`)
    else if (hasFurtherFiles(className)) for (const file of furtherNames) files.expect(`${name}/${file}`)
    else if (!noNetwork.test(className)) {
      files.expect(`${name}/${configFile}`)
      if (isOnnxClass(className)) files.expect(`${name}/${onnxFileName}`)
      else if (variant === undefined) files.expect(`${name}/${weightStems(library)[0]!}.safetensors`)
    }
  }
  const present = async (folder: string, names: readonly string[]): Promise<string[]> => {
    const found = await Promise.all(names.map(async (name) => (await files.get(folder + name)) && name))
    return found.filter((name) => name !== undefined)
  }
  /** The weights of a part: the first of the usual files that is there, or those of an index; or an ONNX file. */
  const weights = async (folder: string, library: string, className = ''): Promise<string[]> => {
    if (isOnnxClass(className)) return present(folder, [onnxFileName])
    const middles = variant === undefined ? ['', '.fp16'] : [`.${variant}`, '']
    for (const middle of middles) {
      for (const stem of weightStems(library)) {
        const whole = `${stem}${middle}.safetensors`
        if (await files.get(folder + whole)) return [whole]
        const suffix = middle === '' ? '' : middle
        const list = `${stem}.safetensors.index${suffix}.json`
        const bytes = await files.get(folder + list)
        if (bytes) return [list, ...shardsOf(bytes, url + folder, list)]
      }
    }
    return present(folder, [onnxFileName])
  }
  /** Whether the parts lie in folders of their own. */
  const hasFolders = async (): Promise<boolean> => {
    const network = [...parts].find(([, { className }]) => !noNetwork.test(className))
    if (network === undefined || isOnnxClass(network[1].className)) return true
    return (await files.get(`${network[0]}/${configFile}`)) !== undefined
  }
  return {
    read: files.get,
    async list(folder) {
      if (folder === '') {
        const isFlat = index === undefined || !(await hasFolders())
        const flat = await present('', isFlat ? [metaPath, configFile, schedulerFile] : [metaPath])
        const own = flat.includes(configFile) ? await weights('', 'diffusers') : []
        return [...(index === undefined ? [] : [indexPath]), ...flat, ...own]
      }
      const name = folder.slice(0, -1)
      const part = parts.get(name)
      if (index === undefined) {
        if (!(trainedParts as readonly string[]).includes(name)) return present(folder, [schedulerFile])
        const config = await present(folder, [configFile])
        return config.length === 0 ? [] : [...config, ...(await weights(folder, 'diffusers'))]
      }
      if (part?.className.endsWith('Scheduler')) return present(folder, [schedulerFile])
      if (part !== undefined && hasFurtherFiles(part.className)) return present(folder, furtherNames)
      if (part === undefined || noNetwork.test(part.className)) return []
      return [...(await present(folder, [configFile])), ...(await weights(folder, part.library, part.className))]
    },
  }
}

/** The parts that an index lists. */
function placeOf([name, entry]: readonly [string, unknown]): readonly (readonly [string, Part])[] {
  if (!Array.isArray(entry) || entry.length !== 2) return []
  const [library, className] = entry as readonly unknown[]
  return typeof library === 'string' && typeof className === 'string' ? [[name, { library, className }]] : []
}

interface Part {
  readonly library: string
  readonly className: string
}

/** The files that an index of weights names. */
function shardsOf(bytes: Uint8Array, where: string, name: string): readonly string[] {
  try {
    const { weight_map: map } = readFolderJson(bytes, name, where) as { readonly weight_map?: Record<string, string> }
    return [...new Set(Object.values(map ?? {}))]
  } catch (error) {
    if (isTweedieError(error)) throw error
    throw new TweedieError('model', `${where}${name}: no index of weights`, { cause: error })
  }
}
