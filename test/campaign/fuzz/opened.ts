/** Data among files in memory, opened through the same door as every command: from a path to a data set. */
import type { OptionValues } from '../../../src/options.ts'
import { openSource, type OpenSourceOptions } from '../../../src/files/data/open/open-source.ts'
import { sourceOf } from '../../../src/files/data/open/source-of.ts'
import { type Files, memoryTree } from './memory-tree.ts'
import type { Reader } from './reader.ts'

/** Opens `path` among files, as `train` would. */
export async function opened(
  path: string,
  files: Files,
  options: OptionValues = {},
  how: OpenSourceOptions = {},
): Promise<unknown> {
  const tree = memoryTree(files)
  return openSource(tree, await sourceOf(tree, path, options), how)
}

/** A file that is data by itself. */
export const file = (
  name: string,
  seeds: readonly Uint8Array[] | (() => Promise<readonly Uint8Array[]>),
  options: OptionValues = {},
  label = '',
  share = 1,
): Reader => ({
  name: label || name.slice(name.indexOf('.') + 1),
  seeds: () => (typeof seeds === 'function' ? seeds() : seeds),
  read: (bytes) => opened(name, { [name]: bytes }, options),
  share,
})

/** A file beside others in a folder. */
export const beside = (
  name: string,
  label: string,
  others: () => Promise<Files>,
  seeds: readonly Uint8Array[],
  options: OptionValues,
  share = 0.3,
): Reader => ({
  name: label,
  seeds: () => seeds,
  read: async (bytes) => opened('set', { ...(await others()), [`set/${name}`]: bytes }, options),
  share,
})

/** Numbers of a shape. */
export const floats = (shape: readonly number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)),
})

/** Bytes of a shape. */
export const octets = (shape: readonly number[]) => ({
  shape,
  data: Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (7 * i) % 256),
})
