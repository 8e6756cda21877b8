/** The files of a corpus: one text, lines of JSON with a text each, or a folder of such files. */
import { TweedieError } from '../../../errors.ts'
import { decodeUtf8 } from '../../text/utf8.ts'
import { type FileTree, lastPart, within } from '../file-tree.ts'
import { textsOfJson, textsOfLines } from '../formats/json-texts.ts'
import { decodeTable } from '../formats/table.ts'

const plain = /\.(?:txt|text|md)(?:\.gz)?$/i
/** Source code and mark-up: texts where there is no prose. */
const code =
  /\.(?:py|[cm]?[jt]sx?|c|h|cc|cpp|hpp|rs|go|java|kt|swift|rb|php|sh|sql|lua|hs|jl|css|html?|tex|rst|org|srt|log)(?:\.gz)?$/i
const lines = /\.(?:jsonl|ndjson)(?:\.gz)?$/i
const json = /\.json(?:\.gz)?$/i
/** Files of other data: a folder that has them is not a corpus. */
const otherData =
  /\.(?:png|jpe?g|jfif|webp|gif|tiff?|avif|bmp|heic|heif|jxl|jp2|svg|npy|npz|csv|tsv|bin|parquet|safetensors)$|ubyte|idx\d/i
/** Files that describe a folder and are not part of the data. */
const aboutFolder = /^(?:readme|license|licence|notice|citation)\b/i

/** What stands between two texts. */
const between = '\n\n'

/** A corpus as text, and sentences about ignored or joined files. */
export interface CorpusText {
  readonly text: string
  readonly remarks: readonly string[]
}

/** The part of a tree that texts are read from. */
export type CorpusTree = Pick<FileTree, 'kind' | 'list' | 'read'>

/** How much is read at most, and how reading is stopped. */
export interface CorpusLimits {
  readonly maxBytes?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Whether a path is to be read as text rather than as a table or pictures: by its name, and by its first bytes. A
 * folder is one if it has texts and no data of another kind.
 */
export async function isCorpus(tree: CorpusTree, path: string): Promise<boolean> {
  if (await isFolder(tree, path)) {
    const names = await filesIn(tree, path)
    return textsAmong(names).length > 0 && !names.some((name) => otherData.test(name))
  }
  if (lines.test(path) || json.test(path) || code.test(path)) return true
  if (!plain.test(path)) return false
  const bytes = await tree.read(path)
  const start = decodeTable(bytes.subarray(0, 4096)).text.replaceAll(/\s/g, '')
  return start === '' || start.replaceAll(/[\d.,;+\-eE#]/g, '').length > start.length / 2
}

/**
 * Reads all texts of a path, with an empty line between two of them. Files of a folder are read in the order of their
 * names, those that are not text (and `README`, `LICENSE`) are ignored.
 *
 * @throws TweedieError `data` if it is missing, empty, not UTF-8 or UTF-16, or has no texts; `interrupted`
 */
export async function readTexts(tree: CorpusTree, path: string, limits: CorpusLimits = {}): Promise<CorpusText> {
  if (!(await isFolder(tree, path))) return joined(await textsIn(tree, path, limits), [])
  const names = await filesIn(tree, path)
  const wanted = textsAmong(names)
  if (wanted.length === 0) {
    throw new TweedieError('data', `${path}: no texts in this folder`, { hint: 'texts are .txt, .md, .jsonl or .json' })
  }
  const texts: string[] = []
  for (const name of wanted) for (const text of await textsIn(tree, within(path, name), limits)) texts.push(text)
  const taken = new Set(wanted)
  const left = names.filter((name) => !taken.has(name))
  const listed = `${left.slice(0, 3).join(', ')}${left.length > 3 ? ', …' : ''}`
  return joined(texts, left.length === 0 ? [] : [`${left.length} files that are not texts are ignored: ${listed}`])
}

/** Whether a path is one file that is read as it is, not taken apart. */
export async function isPlainFile(tree: CorpusTree, path: string): Promise<boolean> {
  return !lines.test(path) && !json.test(path) && !(await isFolder(tree, path))
}

/**
 * The texts among the files of a folder. Code counts only if there is no prose, and JSON, which may be anything, only
 * if there is nothing else.
 */
function textsAmong(names: readonly string[]): readonly string[] {
  const own = names.filter((name) => !aboutFolder.test(lastPart(name)))
  const texts = own.filter((name) => plain.test(name) || lines.test(name))
  const others = [code, json].map((kind) => own.filter((name) => kind.test(name)))
  return [texts, ...others].find((some) => some.length > 0) ?? []
}

const isFolder = async (tree: CorpusTree, path: string): Promise<boolean> => (await tree.kind(path)) === 'folder'

/** All files below a folder but hidden ones, sorted, with `/` between the parts. */
async function filesIn(tree: CorpusTree, folder: string): Promise<string[]> {
  const found: string[] = []
  const visited = new Set<string>()
  const walk = async (path: string, before: string): Promise<void> => {
    const { identity, entries } = await tree.list(path)
    if (visited.has(identity)) return
    visited.add(identity)
    for (const { name, kind } of entries) {
      if (name.startsWith('.') || name.startsWith('__MACOSX')) continue
      if (kind === 'folder') await walk(within(path, name), `${before}${name}/`)
      else found.push(before + name)
    }
  }
  await walk(folder, '')
  return found.sort()
}

async function textsIn(tree: CorpusTree, path: string, { maxBytes, signal }: CorpusLimits): Promise<string[]> {
  const bytes = await tree.read(path, maxBytes, signal)
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  const text = isUtf16 ? decodeTable(bytes).text : decodeUtf8(bytes, path)
  if (lines.test(path)) return textsOfLines(text, path)
  return json.test(path) ? textsOfJson(text, path) : [text]
}

function joined(texts: readonly string[], remarks: readonly string[]): CorpusText {
  if (texts.length === 1) return { text: texts[0]!, remarks }
  return { text: texts.join(between), remarks: [`${texts.length} texts, an empty line between them`, ...remarks] }
}
