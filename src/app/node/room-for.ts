/** Whether a folder's weights go into memory: said before they are loaded. */
import { readdir, stat } from 'node:fs/promises'
import { freemem } from 'node:os'
import { join } from 'node:path'
import { isTweedieError } from '../../errors.ts'
import { chooseWeightFiles } from '../../files/io/weight-files.ts'

/** What is looked at. */
export interface RoomOptions {
  /** Which weights, if there are several. */
  readonly variant?: string | undefined
  /** Bytes of memory that a process may still take; by default what the system says, limits of a container included. */
  readonly available?: number | undefined
}

/**
 * A sentence where the files of weights are larger than the memory that is left; undefined where there is room.
 *
 * @example
 * await roomFor('stable-diffusion') // 'the weights are 4.3 GB, and 3.0 GB of memory are free: …'
 */
export async function roomFor(path: string, { variant, available }: RoomOptions = {}): Promise<string | undefined> {
  const bytes = await weightBytes(path, variant)
  const free = available ?? process.availableMemory?.() ?? freemem()
  if (bytes <= free) return undefined
  const smaller =
    variant === undefined ? 'a variant in half precision (`variant: fp16`) is half as large' : 'close other programs'
  return `the weights are ${gigabytes(bytes)}, and ${gigabytes(free)} of memory are free: it will be slow, or stopped by the system; ${smaller}`
}

/** The bytes of the weights that would be read, of all parts. */
async function weightBytes(path: string, variant: string | undefined): Promise<number> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  const folders = [
    '',
    ...entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name),
  ]
  const sizes = await Promise.all(
    folders.map(async (folder) => {
      const names = (await readdir(join(path, folder)).catch(() => [])).filter((name) => name.endsWith('.safetensors'))
      const sums = await Promise.all(
        chosen(names, variant).map(async (name) => (await stat(join(path, folder, name))).size),
      )
      return sums.reduce((sum, size) => sum + size, 0)
    }),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** What cannot be chosen is an error of reading, not of this. */
function chosen(names: readonly string[], variant: string | undefined): readonly string[] {
  if (names.length === 0) return []
  try {
    return chooseWeightFiles(names, '', { library: 'diffusers', variant }).names
  } catch (error) {
    if (isTweedieError(error)) return []
    throw error
  }
}

const gigabytes = (bytes: number): string =>
  bytes < 5e7 ? `${(bytes / 1e6).toPrecision(2)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
