/** A corpus as a data set of windows. */
import { TweedieError } from '../../../errors.ts'
import { byteTokenizer, characterTokenizer, decodeUtf8, hubTokenizer, type Tokenizer } from '../../text/index.ts'
import { type CategoricalDataset, createCategorical } from '../categorical.ts'
import type { FileTree } from '../file-tree.ts'
import { isPlainFile, readTexts } from './corpus-files.ts'

/** How to read it. */
export interface CorpusOptions {
  /** `characters` (of this text), `bytes`, or the path of a `tokenizer.json`. */
  readonly tokenizer: string
  /** Tokens to a window. */
  readonly length: number
  readonly maxBytes?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads a text, or many: a file of text, lines of JSON with a text each, or a folder of such files.
 *
 * @throws TweedieError `data` for a file that is missing, not UTF-8, or shorter than a window
 */
export async function readCorpus(tree: FileTree, path: string, options: CorpusOptions): Promise<CategoricalDataset> {
  const isBytes = options.tokenizer === 'bytes'
  const { bytes, text, remarks } =
    isBytes && (await isPlainFile(tree, path))
      ? { bytes: await tree.read(path, options.maxBytes, options.signal), text: '', remarks: [] }
      : { bytes: undefined, ...(await readTexts(tree, path, options)) }
  if (text === '' && !bytes?.length) throw new TweedieError('data', `${path}: the file is empty`)
  const tokenizer = isBytes ? byteTokenizer() : await openTokenizer(tree, options.tokenizer, text)
  return createCategorical({
    name: tree.nameOf(path),
    shape: [options.length],
    categories: tokenizer.size,
    data: bytes ? Int32Array.from(bytes) : tokenizer.encode(text),
    vocabulary: { kind: 'text', tokenizer },
    ...(remarks.length > 0 && { remarks }),
  })
}

async function openTokenizer(tree: FileTree, name: string, text: string): Promise<Tokenizer> {
  if (name === 'characters') return characterTokenizer(text)
  const bytes = await tree.read(name).catch((cause: unknown) => {
    throw new TweedieError('data', `${name}: no such tokenizer`, {
      hint: 'characters, bytes, or the path of a tokenizer.json',
      cause,
    })
  })
  return hubTokenizer(parse(decodeUtf8(bytes, name), name))
}

function parse(text: string, name: string): object {
  try {
    return JSON.parse(text) as object
  } catch (cause) {
    throw new TweedieError('data', `${name}: not JSON: ${(cause as Error).message}`, {
      hint: 'expected a tokenizer.json',
      cause,
    })
  }
}
