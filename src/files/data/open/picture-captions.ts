/**
 * Captions of pictures in a folder, from the first of these that there is: a table beside them (`metadata.jsonl`, `metadata.csv`, as
 * Hugging Face's imagefolder has it), a text beside each (`cat.txt` or `cat.caption` beside `cat.png`, as kohya's scripts have it). The
 * names of the files are captions where that is asked for.
 */
import { TweedieError } from '../../../errors.ts'
import { type FileTree, within } from '../file-tree.ts'
import { decodeTable } from '../formats/table.ts'
import { mapBounded } from './map-bounded.ts'
import { captionsInTables, type FoundCaptions, linesOf, type TablePlaces } from './caption-tables.ts'
import { parquet } from './table-rows.ts'

/** The most files that are listed by name. */
const named = 5

/** Where captions are looked for. */
export interface CaptionPlaces extends TablePlaces {
  /** Texts among its files. */
  readonly texts: readonly string[]
}

/** Captions of pictures. */
export interface PictureCaptions {
  /** The texts of each picture; none where it has no caption. */
  readonly captions: readonly (readonly string[])[]
  /** The table that they are from, if they are from one. */
  readonly table?: string | undefined
  /** Where they are from, and what is left over, a sentence each. */
  readonly remarks: readonly string[]
}

/**
 * Reads captions. A text of several lines is several captions of its picture, and so is a list in a table.
 *
 * @param images paths of the pictures that want one, relative to the folder; a picture that was cut may be there more than once
 * @throws TweedieError `data` where there are none, or a column is not there
 */
export async function readPictureCaptions(
  tree: Pick<FileTree, 'read'>,
  folder: string,
  images: readonly string[],
  places: CaptionPlaces,
): Promise<PictureCaptions> {
  const byName = places.columns?.length === 1 && places.columns[0] === 'names'
  const found = byName
    ? { of: (image: string) => captionOfName(image), from: 'the names of the files', lost: [] }
    : ((await captionsInTables(tree, folder, places)) ??
      (places.columns ? undefined : await besidePictures(tree, folder, places)))
  const captions = found && images.map((image) => found.of(image))
  const without = images.filter((_, i) => captions?.[i]!.length === 0)
  if (found === undefined || without.length === images.length) throw noCaptions(folder, places, found?.from)
  const count = captions!.reduce((sum, texts) => sum + texts.length, 0)
  const several = count > images.length - without.length ? `, ${count} of them,` : ''
  return {
    captions: captions!,
    ...(found.table !== undefined && { table: found.table }),
    remarks: [
      `captions${several} are from ${found.from}`,
      ...listed(without, `of ${images.length} images have no caption`),
      ...listed(found.lost, 'captions have no picture'),
    ],
  }
}

/** `3 of 9 images have no caption: a.png, b.png, c.png` */
function listed(files: readonly string[], what: string): readonly string[] {
  const each = [...new Set(files)]
  if (each.length === 0) return []
  return [`${files.length} ${what}: ${each.slice(0, named).join(', ')}${each.length > named ? ', …' : ''}`]
}

/** Texts of the same name as a picture. */
async function besidePictures(
  tree: Pick<FileTree, 'read'>,
  folder: string,
  { all, texts, signal }: CaptionPlaces,
): Promise<FoundCaptions | undefined> {
  const stems = new Set(all.map(stemOf))
  const own = texts.filter((text) => stems.has(stemOf(text)))
  if (own.length === 0) return undefined
  const known = new Map<string, string[]>()
  const contents = await mapBounded(own, 16, async (text) =>
    linesOf(decodeTable(await tree.read(within(folder, text), undefined, signal)).text),
  )
  own.forEach((text, i) => known.set(stemOf(text), [...(known.get(stemOf(text)) ?? []), ...contents[i]!]))
  return {
    of: (image) => known.get(stemOf(image)) ?? [],
    from: `the ${own[0]!.slice(own[0]!.lastIndexOf('.'))} beside each image`,
    lost: texts.filter((text) => !stems.has(stemOf(text)) && !aboutFolder.test(text)),
  }
}

/** Texts that describe a folder and are no captions. */
const aboutFolder = /(?:^|\/)(?:readme|license|licence|notice|citation|classes)\b/i

const stemOf = (path: string): string => path.replace(/\.[^./]+$/, '')

/** `birds/red_kite-012.jpg` → `red kite`; nothing where the name is only a number. */
function captionOfName(path: string): readonly string[] {
  const words = stemOf(path.slice(path.lastIndexOf('/') + 1))
    .replaceAll(/[_\-.+]+/g, ' ')
    .replace(/\s*\(?\b\d+\)?\s*$/, '')
    .trim()
  return /\p{L}/u.test(words) ? [words] : []
}

function noCaptions(folder: string, { tables, columns }: CaptionPlaces, from: string | undefined): TweedieError {
  const looked = from === undefined ? '' : `, though ${from} would have them`
  const unread = tables.find((table) => parquet.test(table))
  return new TweedieError('data', `${folder}: the images have no captions${looked}`, {
    hint: unread
      ? `${unread} is not read: write it as metadata.jsonl`
      : columns
        ? 'a table metadata.jsonl or metadata.csv needs a column file_name besides'
        : 'beside the images: metadata.jsonl or metadata.csv with columns file_name and text, or a .txt of the same name each; `captionsFrom: names` takes the names of the files',
  })
}
