/** npz: a zip file of npy files, what `numpy.savez` and `numpy.savez_compressed` write. */
import { zipSync } from 'fflate'
import { TweedieError } from '../../../errors.ts'
import type { NdArray } from '../nd-array.ts'
import { parseNpy, parseNpyLabels, writeNpy } from './npy.ts'
import { unzipEntries, type ZipEntry } from './unzip.ts'

/** Whether bytes begin like a zip file. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2]! < 8
}

/**
 * Reads the arrays of an npz file, by name.
 *
 * @param options `only`: the names to read, all if absent; `labels`: those that may be words; `maxBytes`: how much may be unpacked
 * @throws TweedieError `data` where the file or an array is broken or unpacks to more than `maxBytes`
 */
export function parseNpz(
  bytes: Uint8Array,
  options: { only?: readonly string[]; labels?: readonly string[]; maxBytes?: number } = {},
): Record<string, NdArray> {
  const { only, labels = [], maxBytes = 2 ** 31 } = options
  let total = 0
  const entries = unzip(bytes, ({ name, size, originalSize }) => {
    if (!name.endsWith('.npy') || (only && !only.includes(name.slice(0, -4)))) return false
    total += originalSize
    if (total > maxBytes) {
      throw new TweedieError('data', `npz file: ${name} claims ${originalSize} bytes, unpacked from ${size}`, {
        hint: `at most ${maxBytes} bytes are unpacked`,
      })
    }
    return true
  })
  return Object.fromEntries(
    Object.entries(entries).map(([file, content]) => {
      const name = file.slice(0, -4)
      return [name, labels.includes(name) ? parseNpyLabels(content) : parseNpy(content)] as const
    }),
  )
}

/** The names of the arrays in an npz file. */
export function npzNames(bytes: Uint8Array): string[] {
  const names: string[] = []
  unzip(bytes, ({ name }) => {
    if (name.endsWith('.npy')) names.push(name.slice(0, -4))
    return false
  })
  return names
}

/** Writes arrays as an npz file, stored without compression, as `numpy.savez` does. */
export function writeNpz(arrays: Readonly<Record<string, NdArray>>): Uint8Array {
  const files = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)] as const)
  return zipSync(Object.fromEntries(files), { level: 0, mtime: new Date(1980, 0, 1) })
}

/** The entries; errors say what kind of file it is. */
function unzip(bytes: Uint8Array, wanted: (entry: ZipEntry) => boolean): Record<string, Uint8Array> {
  try {
    return unzipEntries(bytes, wanted)
  } catch (cause) {
    const { code, message, hint } = cause as TweedieError
    if (message.startsWith('npz file: ')) throw cause
    throw new TweedieError(code, `npz file: ${message}`, { hint, cause })
  }
}
