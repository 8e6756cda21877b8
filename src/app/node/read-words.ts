/** Text encoders and tokenisers of captions from a disk. */
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { textEncoderOf } from '../../compiled/text-encoder-part.ts'
import type { TextEncoderWeights } from '../../compiled/text-encoder.ts'
import { TweedieError } from '../../errors.ts'
import { furtherNames } from '../../files/io/further-files.ts'
import { readBytes } from '../../files/io/node/files.ts'
import { readComponent } from '../../files/io/node/read-component.ts'
import type { CaptionTokenizer } from '../../files/text/caption-tokenizer.ts'
import { captionTokenizerOf } from '../../files/text/captions-of.ts'

/** The places of a caption where a tokeniser's files do not say. */
const usualPlaces = 77

/**
 * A text encoder, from a folder of its own or from `text_encoder/` below, with the tokeniser that lies beside it, if one does.
 *
 * @throws TweedieError `model` if there is none, or anything is missing or broken
 */
export async function readTextEncoder(
  path: string,
): Promise<
  TextEncoderWeights & { readonly tokenizer?: CaptionTokenizer | undefined; readonly notes: readonly string[] }
> {
  const inner = join(path, 'text_encoder')
  const place = (await namesIn(inner)).includes('config.json') ? inner : path
  const { notes, ...part } = await readComponent(place)
  const beside = [place, join(place, 'tokenizer'), join(dirname(place), 'tokenizer')]
  for (const folder of beside) {
    const files = await tokenizerFiles(folder)
    if (files.size > 0) return { ...textEncoderOf(part), tokenizer: captionTokenizerOf(files, folder), notes }
  }
  return { ...textEncoderOf(part), notes }
}

/**
 * A tokeniser: a `tokenizer.json`, a folder of one, or of CLIP's `vocab.json` and `merges.txt`; or `tokenizer/` below.
 *
 * @throws TweedieError `model` if there is none, or it is broken
 */
export async function readTokenizer(path: string): Promise<CaptionTokenizer> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw new TweedieError('model', `${path}: no such file or folder`)
  if (found.isFile()) {
    const [folder, name] = [dirname(path), basename(path)]
    const files = new Map(
      [...(await tokenizerFiles(folder))].filter(([each]) => !each.includes('.json') || each !== name),
    )
    files.delete('vocab.json')
    files.set('tokenizer.json', (await readBytes(path, 'model'))!)
    return captionTokenizerOf(files, path, { length: usualPlaces })
  }
  const own = await tokenizerFiles(path)
  const files = own.size > 0 ? own : await tokenizerFiles(join(path, 'tokenizer'))
  return captionTokenizerOf(files, path, { length: usualPlaces })
}

async function tokenizerFiles(folder: string): Promise<Map<string, Uint8Array>> {
  const names = (await namesIn(folder)).filter(
    (name) => furtherNames.includes(name) && !name.startsWith('preprocessor'),
  )
  const isOne = names.includes('tokenizer.json') || (names.includes('vocab.json') && names.includes('merges.txt'))
  if (!isOne) return new Map()
  const files = new Map<string, Uint8Array>()
  for (const name of names) files.set(name, (await readBytes(join(folder, name), 'model'))!)
  return files
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => [])
}
