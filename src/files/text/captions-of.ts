/** A tokeniser of captions from the files of its folder. */
import { TweedieError } from '../../errors.ts'
import type { CaptionTokenizer } from './caption-tokenizer.ts'
import { clipCaptionTokenizer } from './clip-captions.ts'
import { hubCaptionTokenizer } from './hub-captions.ts'
import { newWordsFile, withNewWords } from './new-words.ts'
import { type CaptionConfig, captionConfig, captionLength, specialTexts } from './special-tokens.ts'
import { decodeUtf8 } from './utf8.ts'
import { wordCaptionsOf } from './word-captions.ts'

/**
 * The tokeniser in a folder `tokenizer/`: CLIP's `vocab.json` and `merges.txt`, or a `tokenizer.json`, one by words among them.
 * It gives the same files back.
 *
 * @param files by their names in the folder
 * @param source what to call the folder in errors
 * @param options `length`: places of a caption, where the files do not say
 * @throws TweedieError `model` where files are missing, broken, or of a kind that is not read
 * @example
 * const tokenizer = captionTokenizerOf(filesBelow(folder.files, 'tokenizer/'))
 */
export function captionTokenizerOf(
  files: ReadonlyMap<string, Uint8Array>,
  source = 'tokenizer',
  { length }: { readonly length?: number | undefined } = {},
): CaptionTokenizer {
  const json = (name: string): object | undefined => jsonIn(files.get(name), `${source}/${name}`)
  const config = captionConfig(json('tokenizer_config.json') ?? {}, json('special_tokens_map.json'), json(newWordsFile))
  const [vocabulary, merges, hub] = [json('vocab.json'), files.get('merges.txt'), json('tokenizer.json')]
  const tokenizer = (): CaptionTokenizer => {
    if (vocabulary && merges) {
      return clipCaptionTokenizer(
        vocabulary as Readonly<Record<string, number>>,
        decodeUtf8(merges, `${source}/merges.txt`),
        config.model_max_length === undefined && length !== undefined
          ? { ...config, model_max_length: length }
          : config,
      )
    }
    if (hub) {
      return wordCaptionsOf(hub, () => captionLength(config, length)) ?? hubCaptionTokenizer(hub, config, length)
    }
    throw nothingToRead(files, source)
  }
  const base = tokenizer()
  const known = vocabulary && merges ? (text: string) => Object.hasOwn(vocabulary, text) : undefined
  return Object.freeze<CaptionTokenizer>({ ...withNewWords(base, newWordsIn(config, base, known)), files: () => files })
}

/** Tokens that were added later, and are no special ones. */
function newWordsIn(
  config: CaptionConfig,
  { vocabulary }: CaptionTokenizer,
  known: ((text: string) => boolean) | undefined,
): ReadonlyMap<string, number> {
  const special = specialTexts(config)
  const isNew = ([text, id]: [string, number]): boolean =>
    text !== '' && Number.isInteger(id) && !special.includes(text) && (known ? !known(text) : id >= vocabulary)
  return new Map(Object.entries(config.added_tokens ?? {}).filter(isNew))
}

function nothingToRead(files: ReadonlyMap<string, Uint8Array>, source: string): TweedieError {
  const names = [...files.keys()].sort().join(', ') || 'nothing'
  return new TweedieError('model', `${source}: there is no tokenizer in it, but ${names}`, {
    hint: files.has('spiece.model')
      ? 'a SentencePiece model is not read: save the tokenizer as tokenizer.json (AutoTokenizer(…).save_pretrained)'
      : 'vocab.json and merges.txt are needed, or tokenizer.json: fetch the folder again, with all of its files',
  })
}

function jsonIn(bytes: Uint8Array | undefined, source: string): object | undefined {
  if (bytes === undefined) return undefined
  try {
    const value: unknown = JSON.parse(decodeUtf8(bytes, source))
    if (typeof value === 'object' && value !== null) return value
  } catch (cause) {
    throw new TweedieError('model', `${source}: not JSON: ${(cause as Error).message}`, { cause })
  }
  throw new TweedieError('model', `${source}: expected an object`)
}
