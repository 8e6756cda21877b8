/** Folders as .zip files. */
import { zipSync } from 'fflate'
import { TweedieError } from '../../../errors.ts'
import { unzipEntries } from './unzip.ts'

/** How much a .zip may unpack to: 2 GiB. */
const most = 2 ** 31

/**
 * The files in a .zip, by their paths; the folder that all of them lie in is left out.
 *
 * @param code of errors
 * @throws TweedieError `data` for broken bytes, or more than 2 GiB unpacked
 */
export function unzipFolder(
  bytes: Uint8Array,
  source = 'the .zip',
  code: 'data' | 'model' = 'data',
): Map<string, Uint8Array> {
  let total = 0
  const unpack = (): Record<string, Uint8Array> => {
    try {
      return unzipEntries(bytes, ({ name, originalSize }) => {
        const wanted = !name.endsWith('/') && !name.startsWith('__MACOSX/')
        if (wanted) total += originalSize
        return wanted && total <= most
      })
    } catch (cause) {
      throw new TweedieError(code, `${source}: not a .zip that can be read (${(cause as Error).message})`, { cause })
    }
  }
  const files = Object.entries(unpack())
  if (total > most) throw new TweedieError(code, `${source}: unpacks to more than ${most} bytes`)
  const [first = ''] = files[0] ?? []
  const folder = first.slice(0, first.indexOf('/') + 1)
  const inside = folder !== '' && files.every(([name]) => name.startsWith(folder)) ? folder.length : 0
  return new Map(files.map(([name, each]) => [name.slice(inside), each]))
}

/** The .zip of a folder. Weights are stored as they are: they do not get smaller. */
export function zipFolder(files: ReadonlyMap<string, Uint8Array>, folder: string): Uint8Array<ArrayBuffer> {
  const entries = Array.from(files, ([path, bytes]) => {
    const level = path.endsWith('.safetensors') ? 0 : 6
    return [`${folder}/${path}`, [bytes, { level, mtime: '1980-01-01' }]] as const
  })
  return zipSync(Object.fromEntries(entries) as Parameters<typeof zipSync>[0]) as Uint8Array<ArrayBuffer>
}
