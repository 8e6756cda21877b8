/** Tokenisers of the Hugging Face hub: `tokenizer.json`, read by `@huggingface/tokenizers`. */
import { Tokenizer as Library } from '@huggingface/tokenizers'
import { TweedieError } from '../../errors.ts'
import { expectToken, showCharacter, showPlace } from './errors.ts'
import type { Tokenizer } from './tokenizer.ts'

/** The fields of a `tokenizer.json` that are checked here; the library reads the rest. */
interface HubFile {
  readonly model?: { readonly type?: string; readonly unk_token?: string | null; readonly byte_fallback?: boolean }
}

/**
 * The tokeniser of a `tokenizer.json`. Special tokens are neither added nor left out: text goes through as it is.
 *
 * @param json the file, parsed
 * @param config `tokenizer_config.json`, parsed, where there is one
 * @throws TweedieError `data` if it is not a tokenizer, or of a kind that the library does not read
 * @example
 * const tokenizer = hubTokenizer(JSON.parse(await readFile('tokenizer.json', 'utf8')))
 */
export function hubTokenizer(json: object, config: object = {}): Tokenizer {
  const { model } = json as HubFile
  const library = open(json, { ...(model?.unk_token && { unk_token: model.unk_token }), ...config })
  const vocabulary = library.get_vocab(true)
  modelInPieces(library, vocabulary)
  // Ids may have gaps; a network needs a place for each up to the last.
  let size = 0
  for (const id of vocabulary.values()) size = Math.max(size, id + 1)
  if (size === 0) throw new TweedieError('data', 'tokenizer.json: the vocabulary is empty')
  // A BPE model with neither an unknown token nor bytes to fall back on leaves out, silently, what it cannot spell.
  const leaky = model?.type === 'BPE' && !model.unk_token && model.byte_fallback !== true
  const name = (id: number): string => library.id_to_token(id) ?? `<${id}>`

  return Object.freeze<Tokenizer>({
    kind: 'hub',
    size,
    encode(text) {
      if (leaky) expectSpelt(library, vocabulary, text)
      const { ids, tokens } = library.encode(text, { add_special_tokens: false })
      const lost = (ids as readonly (number | undefined)[]).findIndex((id) => id === undefined)
      if (lost !== -1) throw unspelt(JSON.stringify(tokens[lost]), text, tokens[lost]!)
      return Int32Array.from(ids)
    },
    decode(tokens) {
      const ids = Array.from(tokens)
      ids.forEach((token, place) => expectToken(token, size, place))
      const options = { skip_special_tokens: false, clean_up_tokenization_spaces: false }
      return ids.length === 0 ? '' : library.decode(ids, options)
    },
    token(index) {
      expectToken(index, size)
      return name(index)
    },
    toJSON: () => ({ kind: 'hub', tokenizer: json, config }),
  })
}

function open(json: object, config: object): Library {
  try {
    return new Library(json, config)
  } catch (cause) {
    throw new TweedieError('data', `tokenizer.json: ${cause instanceof Error ? cause.message : String(cause)}`, {
      hint: 'expected the file that the "tokenizers" library saves, with "model" and "decoder"',
      cause,
    })
  }
}

/** The most characters of one word that the model gets at a time. */
const longest = 20_000

/**
 * A corpus may reach the model as one word: pre-tokenizers of the SentencePiece kind do not split. The model then needs memory for all of
 * it at once, and fails. So long words are cut before `▁`, where no token of the vocabulary goes across: the tokens are the same.
 */
function modelInPieces(library: Library, vocabulary: ReadonlyMap<string, number>): void {
  const crossed = [...vocabulary.keys()].some((token) => /[^▁]▁/u.test(token))
  const model = library.model as unknown as (words: readonly string[]) => string[]
  const inPieces = (words: readonly string[]): string[] => {
    const long = words.find((word) => word.length > longest)
    if (long === undefined) return model(words)
    const places = crossed ? [] : [...long.matchAll(/(?<=[^▁])▁/gu)]
    if (places.length === 0) {
      throw new TweedieError(
        'data',
        `the tokenizer takes ${long.length} characters for one word, more than ${longest}`,
        {
          hint: 'it has no pre-tokenizer that splits text; read the text as characters or bytes',
        },
      )
    }
    return words.flatMap((word) =>
      word.length > longest ? cut(word).flatMap((piece) => model([piece])) : model([word]),
    )
  }
  library.model = new Proxy(library.model, { apply: (_model, _this, [words]: [readonly string[]]) => inPieces(words) })
}

/** A long word in pieces that begin with `▁`, as long as they may be. */
function cut(word: string): string[] {
  const pieces = ['']
  for (const part of word.split(/(?<=[^▁])(?=▁)/u)) {
    if (pieces.at(-1)!.length + part.length > longest) pieces.push(part)
    else pieces[pieces.length - 1] += part
  }
  return pieces
}

/** Throws for the first character that no token of a BPE vocabulary holds. */
function expectSpelt(library: Library, vocabulary: ReadonlyMap<string, number>, text: string): void {
  for (const piece of pieces(library, text)) {
    for (const character of piece) {
      if (!vocabulary.has(character)) throw unspelt(showCharacter(character), text, character)
    }
  }
}

/** The model's input: the text between added tokens, normalised and cut up. */
function pieces(library: Library, text: string): readonly string[] {
  const added = Array.from(library.get_added_tokens_decoder().values(), ({ content }) => content)
  const between = added.reduce<string[]>((parts, token) => parts.flatMap((part) => part.split(token)), [text])
  return between.flatMap((part) => {
    const normal = library.normalizer === null ? part : (library.normalizer as unknown as (x: string) => string)(part)
    if (library.pre_tokenizer === null || normal.length === 0) return [normal]
    return (library.pre_tokenizer as unknown as (x: string) => string[])(normal)
  })
}

function unspelt(quoted: string, text: string, part: string): TweedieError {
  const index = text.indexOf(part)
  const place = index === -1 ? '' : ` at ${showPlace(text, index)}`
  return new TweedieError('data', `${quoted}${place} is not in the vocabulary of the tokenizer`, {
    hint: 'it has no unknown token; choose another tokenizer, or `tokens: bytes`',
  })
}
