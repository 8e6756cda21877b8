/** Tokenisers of the Hugging Face hub: `tokenizer.json`, read by a library. */
import { TweedieError } from '../../errors.ts'
import { expectToken, showCharacter, showPlace } from './errors.ts'
import { type Library, libraryOf, wordsIn } from './hub-library.ts'
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
  const library = libraryOf(json, { ...(model?.unk_token && { unk_token: model.unk_token }), ...config })
  const vocabulary = library.get_vocab(true)
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

/** Throws for the first character that no token of a BPE vocabulary holds. */
function expectSpelt(library: Library, vocabulary: ReadonlyMap<string, number>, text: string): void {
  for (const piece of wordsIn(library, text)) {
    for (const character of piece) {
      if (!vocabulary.has(character)) throw unspelt(showCharacter(character), text, character)
    }
  }
}

function unspelt(quoted: string, text: string, part: string): TweedieError {
  const index = text.indexOf(part)
  const place = index === -1 ? '' : ` at ${showPlace(text, index)}`
  return new TweedieError('data', `${quoted}${place} is not in the vocabulary of the tokenizer`, {
    hint: 'it has no unknown token; choose another tokenizer, or `tokens: bytes`',
  })
}
