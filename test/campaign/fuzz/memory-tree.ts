/** Files in memory as the tree that data are read from; pictures are decoded by sharp, as they are from a disk. */
import sharp from 'sharp'
import { gunzipSync } from 'node:zlib'
import { TweedieError } from '../../../src/errors.ts'
import { type FileTree, lastPart, type PictureReader } from '../../../src/files/data/file-tree.ts'
import { decode } from '../../../src/files/data/node/image-pixels.ts'
import { storedDepth } from '../../../src/files/data/open/image-depth.ts'

export type Files = Readonly<Record<string, Uint8Array>>

/** A tree of files by their paths, with `/` between the parts. */
export function memoryTree(files: Files): FileTree {
  const names = Object.keys(files)
  const bytesOf = (path: string): Uint8Array => {
    const bytes = files[path]
    if (bytes === undefined) throw new TweedieError('data', `${path}: no such file`)
    return bytes
  }
  return {
    async kind(path) {
      if (files[path]) return 'file'
      return names.some((name) => name.startsWith(`${path}/`)) ? 'folder' : undefined
    },
    async list(folder) {
      const below = names.filter((name) => name.startsWith(`${folder}/`)).map((name) => name.slice(folder.length + 1))
      const entries = [...new Set(below.map((name) => name.split('/')[0]!))].map((name) => ({
        name,
        kind: files[`${folder}/${name}`] ? ('file' as const) : ('folder' as const),
      }))
      return { identity: folder, entries }
    },
    async read(path) {
      const bytes = bytesOf(path)
      if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
      try {
        return gunzipSync(bytes, { maxOutputLength: 2 ** 26 })
      } catch (cause) {
        throw new TweedieError('data', `${path}: broken gzip file`, { cause })
      }
    },
    nameOf: lastPart,
    absolute: async (path) => path,
    async ranges(path) {
      const bytes = bytesOf(path)
      return {
        size: bytes.length,
        read: async (at, length) => bytes.subarray(at, at + length),
        close: () => undefined,
      }
    },
    pictures: picturesFrom(async (path) => bytesOf(path)),
    picturesIn: picturesFrom,
  }
}

const picturesFrom = (bytesOf: (path: string) => Promise<Uint8Array>): PictureReader => ({
  async facts(path) {
    const metadata = await sharp(await bytesOf(path)).metadata()
    const { width, height } = metadata.autoOrient
    return { width, height, depth: storedDepth(metadata), frames: metadata.pages ?? 1 }
  },
  decode: async (path, how) => decode(sharp(await bytesOf(path)), how),
  frames: async () => Promise.reject(new Error('no moving pictures here')),
  requireColour: async () => undefined,
})
