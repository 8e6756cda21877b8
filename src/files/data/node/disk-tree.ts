/** The disk as files and folders that data are read from. */
import { existsSync } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { TweedieError } from '../../../errors.ts'
import type { FileTree, PictureReader } from '../file-tree.ts'
import { storedDepth } from '../open/image-depth.ts'
import { isCoded } from '../open/list-videos.ts'
import { isPattern } from '../open/shard-paths.ts'
import { decode } from './image-pixels.ts'
import { fileRanges } from './file-ranges.ts'
import { readBytes } from './read-bytes.ts'

/** Paths are those of the disk; pictures are decoded by sharp. */
export const diskTree: FileTree = Object.freeze<FileTree>({
  async kind(path) {
    const stats = await stat(path).catch(() => undefined)
    return stats && (stats.isDirectory() ? 'folder' : 'file')
  },
  async list(folder) {
    const path = folder === '' ? '.' : folder
    const found = await readdir(path, { withFileTypes: true })
    const entries = found.map(async (entry) => {
      const target = entry.isSymbolicLink() ? await stat(join(path, entry.name)).catch(() => entry) : entry
      return { name: entry.name, kind: target.isDirectory() ? ('folder' as const) : ('file' as const) }
    })
    return { identity: await realpath(path), entries: await Promise.all(entries) }
  },
  read: readBytes,
  ranges: fileRanges,
  nameOf: (path) => basename(resolve(path)),
  absolute: async (path) => (existsSync(path) || isPattern(path) ? resolve(path) : path),
  pictures: picturesBy(async (path) => path),
  picturesIn: picturesBy,
})

/** Decodes pictures; `open` gives what sharp takes: a path, or bytes. */
function picturesBy(open: (path: string) => Promise<string | Uint8Array>): PictureReader {
  return {
    async facts(path) {
      const file = await open(path)
      if (file === path && isCoded(path)) return (await import('./decode-frames.ts')).codedFacts(path)
      const { default: sharp } = await import('sharp')
      const metadata = await sharp(file).metadata()
      const { width, height } = metadata.autoOrient
      return { width, height, depth: storedDepth(metadata), frames: metadata.pages ?? 1 }
    },
    async decode(path, how) {
      const { default: sharp } = await import('sharp')
      return decode(sharp(await open(path)), how)
    },
    frames: async (path, how, signal) => (await import('./decode-frames.ts')).decodeFrames(path, how, signal),
    async requireColour(background) {
      const { default: sharp } = await import('sharp')
      try {
        sharp({ create: { width: 1, height: 1, channels: 3, background } })
      } catch (cause) {
        throw new TweedieError('usage', `\`background\`: ${JSON.stringify(background)} is no colour`, {
          hint: 'a name or hexadecimal digits, such as white, black or #ff8800',
          cause,
        })
      }
    },
  }
}
