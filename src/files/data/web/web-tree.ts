/** Files that were picked, dropped or fetched, as files and folders that data are read from. */
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import { defaultMaxBytes, type FileTree, lastPart, type TreeEntry } from '../file-tree.ts'
import { joinBytes } from '../../../join-bytes.ts'

// Built-in sets are no files, and need no decoders.
const still = () => import('./decode-picture.ts')
const moving = () => import('./decode-moving.ts')

/** A file that is opened when it is needed. */
export type LazyFile = () => Promise<Blob>

/** @param files by their paths, which begin with the name of the folder that they lie in, if there is one */
export function webTree(files: ReadonlyMap<string, LazyFile>): FileTree {
  const folders = new Map<string, Map<string, TreeEntry['kind']>>()
  for (const path of files.keys()) {
    const parts = path.split('/')
    for (let i = 0; i < parts.length; i++) {
      const folder = parts.slice(0, i).join('/')
      const kind = i === parts.length - 1 ? 'file' : 'folder'
      folders.set(folder, (folders.get(folder) ?? new Map<string, TreeEntry['kind']>()).set(parts[i]!, kind))
    }
  }
  const blobOf = async (path: string): Promise<Blob> => {
    const file = files.get(path)
    if (file) return file()
    throw new TweedieError('data', `${path}: no such file`)
  }
  return {
    kind: async (path) => (files.has(path) ? 'file' : folders.has(path) && path !== '' ? 'folder' : undefined),
    list: async (folder) => ({
      identity: folder,
      entries: Array.from(folders.get(folder) ?? [], ([name, kind]) => ({ name, kind })),
    }),
    async read(path, maxBytes = defaultMaxBytes, signal) {
      throwIfAborted(signal)
      const blob = await blobOf(path)
      if (blob.size > maxBytes) {
        throw new TweedieError('data', `${path}: ${blob.size} bytes, at most ${maxBytes} allowed`)
      }
      const bytes = await bytesOf(blob, path)
      return bytes[0] === 0x1f && bytes[1] === 0x8b ? unpacked(blob, path, maxBytes) : bytes
    },
    nameOf: lastPart,
    absolute: async (path) => path,
    pictures: {
      async facts(path) {
        const [{ pictureFacts }, { frameCount }] = await Promise.all([still(), moving()])
        const blob = await blobOf(path)
        return { ...(await pictureFacts(blob)), frames: await frameCount(blob, path) }
      },
      decode: async (path, how) => (await still()).decodePicture(await blobOf(path), how),
      frames: async (path, how) => (await moving()).decodeMoving(await blobOf(path), path, how),
      async requireColour(background) {
        if ((await still()).colourOf(background)) return
        throw new TweedieError('usage', `\`background\`: ${JSON.stringify(background)} is no colour`, {
          hint: 'a name or hexadecimal digits, such as white, black or #ff8800',
        })
      },
    },
  }
}

async function bytesOf(blob: Blob, path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.arrayBuffer())
  } catch (cause) {
    throw new TweedieError('data', `${path}: the browser cannot read it (${String(cause)})`, {
      hint: 'pick or drop it again: it may have been moved or changed since',
      cause,
    })
  }
}

/** A gzipped file, never more of it than allowed. */
async function unpacked(blob: Blob, path: string, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  try {
    const reader = blob.stream().pipeThrough(new DecompressionStream('gzip')).getReader()
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      parts.push(next.value)
      length += next.value.length
      if (length > maxBytes) throw new TweedieError('data', `${path}: unpacks to more than ${maxBytes} bytes`)
    }
  } catch (cause) {
    if (cause instanceof TweedieError) throw cause
    throw new TweedieError('data', `${path}: broken gzip file (${String(cause)})`, { cause })
  }
  return joinBytes(parts)
}
