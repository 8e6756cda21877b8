/** Text encoders and tokenisers of captions from a disk. */
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import * as z from 'zod/mini'
import { textEncoderOf } from '../../compiled/text-encoder-part.ts'
import { tokenizerFolder } from '../../compiled/words-part.ts'
import { textEncoderClasses } from '../../engine/nn/text-encoder-registry.ts'
import type { TextEncoderWeights } from '../../compiled/text-encoder.ts'
import { TweedieError } from '../../errors.ts'
import { furtherNames } from '../../files/io/further-files.ts'
import { readBytes, readJson } from '../../files/io/node/files.ts'
import { parseConfig } from '../../files/io/parse-config.ts'
import { readComponent } from '../../files/io/node/read-component.ts'
import type { CaptionTokenizer } from '../../files/text/caption-tokenizer.ts'
import { captionTokenizerOf } from '../../files/text/captions-of.ts'

/** The places of a caption where a tokeniser's files do not say. */
const usualPlaces = 77

const encoderName = /^text_encoder(_\d+)?$/

const configSchema = z.looseObject({
  architectures: z.optional(z.array(z.string())),
  _class_name: z.optional(z.string()),
})

/** A text encoder with the tokeniser that lies beside it, if one does. */
type ReadEncoder = TextEncoderWeights & { readonly tokenizer?: CaptionTokenizer | undefined }

/**
 * The text encoders of a folder: one that the folder itself is, or all of a pipeline, `text_encoder/`, `text_encoder_2/` and so on. Further ones of a class
 * that is not read are left out, with a note.
 *
 * @throws TweedieError `model` if there is none, or anything is missing or broken
 */
export async function readTextEncoders(
  path: string,
): Promise<{ readonly encoders: readonly ReadEncoder[]; readonly notes: readonly string[] }> {
  const names = await encoderNames(path)
  if (names.length === 0) {
    // of one of a pipeline's encoders, the one of its number
    const name = basename(resolve(path))
    const own = encoderName.test(name) ? tokenizerFolder(name) : 'tokenizer'
    const { notes, encoder } = await readEncoder(path, [path, join(path, 'tokenizer'), join(dirname(path), own)])
    return { encoders: [encoder], notes }
  }
  const [read, notes]: [ReadEncoder[], string[]] = [[], []]
  for (const [i, name] of names.entries()) {
    const place = join(path, name)
    const kind = i > 0 ? await unknownClass(place) : undefined
    if (kind === undefined) {
      const folders = [place, join(place, 'tokenizer'), join(path, tokenizerFolder(name))]
      const { notes: more, encoder } = await readEncoder(place, folders)
      read.push(encoder)
      notes.push(...more)
    } else notes.push(`${name}/ is a ${kind}, which is not read: captions are learned without it`)
  }
  return { encoders: read, notes }
}

/** The folders of text encoders in a pipeline, in order. */
async function encoderNames(path: string): Promise<readonly string[]> {
  const names = (await namesIn(path)).filter((name) => encoderName.test(name)).sort()
  const have = await Promise.all(names.map(async (name) => (await namesIn(join(path, name))).includes('config.json')))
  return names.filter((_, i) => have[i])
}

/** The class of an encoder that is neither one of ours nor an ONNX file. */
async function unknownClass(place: string): Promise<string | undefined> {
  if ((await namesIn(place)).some((name) => name.endsWith('.onnx'))) return undefined
  const config = parseConfig(configSchema, await readJson(join(place, 'config.json'), 'model'), place)
  const name = config.architectures?.[0] ?? config._class_name
  return name === undefined || textEncoderClasses.includes(name) ? undefined : name
}

async function readEncoder(place: string, beside: readonly string[]) {
  const { notes, ...part } = await readComponent(place)
  const encoder: ReadEncoder = textEncoderOf(part)
  for (const folder of beside) {
    const files = await tokenizerFiles(folder)
    if (files.size > 0) return { encoder: { ...encoder, tokenizer: captionTokenizerOf(files, folder) }, notes }
  }
  return { encoder, notes }
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
