/**
 * Shards of pictures as WebDataset has them: files of one name belong together, `000.jpg` with `000.cls`, `000.txt` and `000.json`.
 *
 * https://github.com/webdataset/webdataset
 */
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import type { BesidePictures } from '../beside-pictures.ts'
import { type FileRanges, type FileTree, lastPart } from '../file-tree.ts'
import { type TarEntry, tarEntries } from '../formats/tar.ts'
import { type OpenShards, withShardFiles } from './shard-files.ts'
import { virtualTree } from './virtual-tree.ts'

const picture = /\.(?:png|jpe?g|jfif|webp|gif|tiff?|avif)$/i
/** What is said of a picture, in files of its name. */
const said = /\.(?:cls|txt|caption|json)$/i
/** Longer texts are no captions. */
const longestText = 2 ** 16

interface Place {
  readonly file: FileRanges
  readonly at: number
  readonly size: number
}

/**
 * Opens shards.
 *
 * @throws TweedieError `data` for a .tar that is broken or cut off, or that has no picture; `interrupted`
 */
export function openTars(
  tree: FileTree,
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<OpenShards> {
  return withShardFiles(tree, async (open) => {
    const places = new Map<string, Place>()
    /** By the path of a picture without its ending: what is said of it, by the ending. */
    const texts = new Map<string, Map<string, string>>()
    for (const path of paths) {
      const file = await open(path)
      // One name may be in several shards, and what is named apart stays together.
      const shard = paths.length > 1 ? `${lastPart(path).replace(/\.tar$/i, '')}:` : ''
      for await (const { name, at, size } of named(path, tarEntries(file))) {
        throwIfAborted(signal)
        const own = apart(name, shard)
        if (own === undefined) continue
        if (picture.test(own)) places.set(own, { file, at, size })
        else if (said.test(own) && size <= longestText) {
          const [stem, ending] = stemAndEnding(own)
          const content = new TextDecoder().decode(await file.read(at, size))
          texts.set(stem, (texts.get(stem) ?? new Map<string, string>()).set(ending, content))
        }
      }
    }
    return virtualTree(tree, places.keys(), (path) => bytesOf(places, path), besideOf(places, texts))
  })
}

/** Entries; errors say of which file. */
async function* named(path: string, entries: AsyncGenerator<TarEntry>): AsyncGenerator<TarEntry> {
  try {
    yield* entries
  } catch (cause) {
    if (!(cause instanceof TweedieError)) throw cause
    throw new TweedieError(cause.code, `${path}: ${cause.message}`, { hint: cause.hint, cause })
  }
}

/** The path of an entry; undefined for what is hidden. */
function apart(name: string, shard: string): string | undefined {
  const parts = name
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
  const base = parts.pop()
  if (base === undefined || base.startsWith('.')) return undefined
  return [...parts, shard + base].join('/')
}

/** `cats/000.seg.png` → `cats/000.seg`, `png`. */
function stemAndEnding(path: string): readonly [string, string] {
  const at = path.lastIndexOf('.')
  return [path.slice(0, at), path.slice(at + 1).toLowerCase()]
}

/** What is said of pictures in the files of their names. */
function besideOf(
  places: ReadonlyMap<string, Place>,
  texts: ReadonlyMap<string, ReadonlyMap<string, string>>,
): BesidePictures {
  const stems = new Set(Array.from(places.keys(), (path) => stemAndEnding(path)[0]))
  const lost = [...texts.keys()].filter((stem) => !stems.has(stem))
  const some = `${lost.slice(0, 5).join(', ')}${lost.length > 5 ? ', …' : ''}`
  const of = (image: string): ReadonlyMap<string, string> | undefined => texts.get(stemAndEnding(image)[0])
  const jsonOf = (image: string): Record<string, unknown> => {
    const text = of(image)?.get('json')
    try {
      const value: unknown = text === undefined ? undefined : JSON.parse(text)
      return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
    } catch {
      return {}
    }
  }
  return {
    remarks: lost.length > 0 ? [`${lost.length} keys have no picture: ${some}`] : [],
    async classes(images, column) {
      const values = images.map((image) => {
        const text = column === undefined ? of(image)?.get('cls')?.trim() : undefined
        const value = text ?? first(jsonOf(image), column === undefined ? ['cls', 'class', 'label'] : [String(column)])
        if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? value : undefined
        if (typeof value !== 'string' || value === '') return undefined
        return /^\d+$/.test(value) ? Number(value) : value
      })
      if (values.every((value) => value === undefined)) return undefined
      const mixed = values.some((value) => typeof value === 'string')
      const from = column === undefined ? 'the .cls or .json beside it' : `${column} in the .json beside it`
      return { values: mixed ? values.map((value) => value?.toString()) : values, from }
    },
    async captions(images, columns) {
      const values = images.map((image) => {
        const own = of(image)
        const text = columns ? undefined : (own?.get('txt') ?? own?.get('caption'))
        const value = text ?? first(jsonOf(image), columns ?? ['caption', 'text'])
        const all = Array.isArray(value) ? value : typeof value === 'string' ? value.split('\n') : []
        return all
          .filter((each) => typeof each === 'string')
          .map((each) => each.trim())
          .filter((each) => each !== '')
      })
      return { values, from: columns ? `${columns.join(', ')} in the .json` : 'the .txt or .json beside each image' }
    },
  }
}

/** The first of these values that there is. */
function first(values: Readonly<Record<string, unknown>>, names: readonly string[]): unknown {
  return names.map((name) => values[name]).find((value) => value !== undefined && value !== null)
}

async function bytesOf(places: ReadonlyMap<string, Place>, path: string): Promise<Uint8Array> {
  const place = places.get(path)
  if (place === undefined) throw new TweedieError('data', `${path}: no such picture`)
  return place.file.read(place.at, place.size)
}
