/** The image files of a folder. */
import { type FileTree, within } from '../file-tree.ts'

const supported = /\.(?:png|jpe?g|jfif|webp|gif|tiff?|avif)$/i
const table = /\.(?:csv|tsv|jsonl|parquet)$/i
const text = /\.(?:txt|caption)$/i
const known = /\.(?:bmp|heic|heif|jxl|jp2|psd|ico|tga|ppm|pgm|svg)$/i

/** Files are paths relative to the folder, with `/` between the parts. */
export interface ImageListing {
  readonly images: readonly string[]
  /** images by their name, of a format that cannot be read */
  readonly unsupported: readonly string[]
  /** tables, such as `metadata.csv` */
  readonly tables: readonly string[]
  /** texts, which may be captions: `cat.txt` beside `cat.png` */
  readonly texts: readonly string[]
}

/**
 * Lists the images of a folder and its sub-folders, sorted, so that the order is the same on every machine. Hidden
 * files and folders (`.git`, `__MACOSX`) are left out; links are followed, and a folder is entered once.
 */
export async function listImages(tree: Pick<FileTree, 'list'>, folder: string): Promise<ImageListing> {
  const images: string[] = []
  const unsupported: string[] = []
  const tables: string[] = []
  const texts: string[] = []
  const visited = new Set<string>()
  async function walk(relative: string) {
    const { identity, entries } = await tree.list(relative === '' ? folder : within(folder, relative))
    if (visited.has(identity)) return
    visited.add(identity)
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue
      const name = relative === '' ? entry.name : `${relative}/${entry.name}`
      if (entry.kind === 'folder') await walk(name)
      else if (supported.test(name)) images.push(name)
      else if (known.test(name)) unsupported.push(name)
      else if (table.test(name)) tables.push(name)
      else if (text.test(name)) texts.push(name)
    }
  }
  await walk('')
  return { images, unsupported, tables, texts }
}
