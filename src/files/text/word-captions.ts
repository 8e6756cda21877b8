/** Captions by their words: the vocabulary is what occurs in the captions. */
import { TweedieError } from '../../errors.ts'
import { suggest } from '../../suggest.ts'
import type { CaptionPiece, CaptionTokenizer } from './caption-tokenizer.ts'

/** Special tokens, in the order of their numbers; the last only where unknown words are taken. */
const [padding, start, end, unknown] = ['<pad>', '<start>', '<end>', '<unk>'] as const

/** A word with its apostrophes and hyphens, or one sign. */
const pattern = "[\\p{L}\\p{M}\\p{N}_]+(?:['’\\-][\\p{L}\\p{M}\\p{N}_]+)*|[^\\s\\p{L}\\p{M}\\p{N}_]"

/** The words and signs of a text, normalised (NFC) and in lower case. */
export function wordsOf(text: string): readonly string[] {
  return text.normalize('NFC').toLowerCase().match(new RegExp(pattern, 'gu')) ?? []
}

/** The vocabulary of some captions. */
export interface CaptionWords {
  /** The most frequent first; those of equal number in the order of their characters. */
  readonly words: readonly string[]
  /** How many further words there are, which are rarer. */
  readonly left: number
  /** The most words of one caption. */
  readonly longest: number
}

/**
 * Counts the words of captions.
 *
 * @param options `most`: words of the vocabulary; default 8192
 */
export function captionWords(captions: Iterable<readonly string[]>, { most = 8192 } = {}): CaptionWords {
  const counts = new Map<string, number>()
  let longest = 0
  for (const texts of captions) {
    for (const text of texts) {
      const words = wordsOf(text)
      longest = Math.max(longest, words.length)
      for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
    }
  }
  const all = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([word]) => word)
  return { words: all.slice(0, most), left: Math.max(0, all.length - most), longest }
}

/** What else decides a {@link wordCaptionTokenizer}. */
export interface WordCaptionOptions {
  /**
   * What happens to words that the vocabulary does not hold: an error, a token that says "unknown", or nothing, as if they did not stand there;
   * by default an error.
   */
  readonly unknown?: 'refuse' | 'token' | 'skip' | undefined
}

/**
 * A tokeniser of captions by words. Tokens: 0 is padding, 1 start, 2 end, perhaps 3 unknown, then the words. Its file is a
 * `tokenizer.json` with a `WordLevel` model, which transformers reads as well.
 *
 * @param words the vocabulary, see {@link captionWords}
 * @param length places of a caption, start and end among them
 * @throws TweedieError `data` for a vocabulary that is empty or holds a word twice, `usage` for a length that leaves no room
 * @example
 * const tokenizer = wordCaptionTokenizer(['a', 'red', 'circle'], 6)
 * captionTokens(tokenizer, tokenizer.pieces('A red circle')).tokens // [1, 3, 4, 5, 2, 0]
 */
export function wordCaptionTokenizer(
  words: readonly string[],
  length: number,
  { unknown: strange = 'refuse' }: WordCaptionOptions = {},
): CaptionTokenizer {
  const special = strange === 'token' ? [padding, start, end, unknown] : [padding, start, end]
  const texts = [...special, ...words]
  const numbers = new Map(texts.map((text, id) => [text, id]))
  const wrong = texts.find((text, id) => numbers.get(text) !== id || text === '')
  if (words.length === 0) throw new TweedieError('data', 'the captions have no words')
  if (wrong !== undefined)
    throw new TweedieError('data', `the word ${JSON.stringify(wrong)} is in the vocabulary twice`)
  if (!Number.isInteger(length) || length < 3) {
    throw new TweedieError('usage', `captions of ${length} places: start, end and a word need 3`)
  }
  const other = numbers.get(unknown)
  return Object.freeze<CaptionTokenizer>({
    vocabulary: texts.length,
    length,
    start: 1,
    end: 2,
    padding: 0,
    unknown: strange === 'token' ? other : undefined,
    pieces: (text) =>
      wordsOf(text).flatMap((word, at): CaptionPiece[] => {
        const id = numbers.get(word) ?? other
        if (id !== undefined) return [{ id, text: word, word: at }]
        if (strange === 'skip') return []
        throw unknownWord(word, text, words)
      }),
    files: () => wordFiles(texts, length, strange === 'token' ? 'token' : 'refuse'),
  })
}

function unknownWord(word: string, text: string, words: readonly string[]): TweedieError {
  const near = suggest(word, words)
  const few = words.length > 24 ? `${words.slice(0, 24).join(', ')}, …` : words.join(', ')
  return new TweedieError('data', `${JSON.stringify(word)} in ${JSON.stringify(text)} is not a word of the captions`, {
    hint: near === undefined ? `known are ${few}` : `did you mean ${JSON.stringify(near)}?`,
  })
}

/** The fields by which our own file is recognised. */
interface WordFile {
  readonly model?: { readonly type?: string; readonly vocab?: Readonly<Record<string, number>> }
  readonly pre_tokenizer?: { readonly pattern?: { readonly Regex?: string } } | null
}

/** A tokeniser by words from the file that {@link wordCaptionTokenizer} wrote; undefined for any other file. */
export function wordCaptionsOf(json: object, length: () => number): CaptionTokenizer | undefined {
  const { model, pre_tokenizer: cut } = json as WordFile
  if (model?.type !== 'WordLevel' || cut?.pattern?.Regex !== pattern) return undefined
  const texts = Object.entries(model.vocab ?? {})
    .sort(([, a], [, b]) => a - b)
    .map(([text]) => text)
  if (texts.some((text, id) => model.vocab![text] !== id || ([padding, start, end][id] ?? text) !== text))
    return undefined
  const hasUnknown = texts[3] === unknown
  return wordCaptionTokenizer(texts.slice(hasUnknown ? 4 : 3), length(), { unknown: hasUnknown ? 'token' : 'refuse' })
}

function wordFiles(texts: readonly string[], length: number, strange: string): ReadonlyMap<string, Uint8Array> {
  const special = strange === 'token' ? 4 : 3
  const piece = (text: string) => ({ SpecialToken: { id: text, type_id: 0 } })
  const json = {
    version: '1.0',
    truncation: { direction: 'Right', max_length: length, strategy: 'LongestFirst', stride: 0 },
    padding: { strategy: { Fixed: length }, direction: 'Right', pad_id: 0, pad_type_id: 0, pad_token: padding },
    added_tokens: texts.slice(0, special).map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Lowercase' }] },
    pre_tokenizer: { type: 'Split', pattern: { Regex: pattern }, behavior: 'Removed', invert: true },
    post_processor: {
      type: 'TemplateProcessing',
      single: [piece(start), { Sequence: { id: 'A', type_id: 0 } }, piece(end)],
      pair: [],
      special_tokens: Object.fromEntries(
        [start, end].map((id) => [id, { id, ids: [texts.indexOf(id)], tokens: [id] }]),
      ),
    },
    decoder: null,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(texts.map((text, id) => [text, id])),
      unk_token: unknown,
    },
  }
  const config = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_max_length: length,
    bos_token: start,
    eos_token: end,
    pad_token: padding,
    ...(special === 4 && { unk_token: unknown }),
  }
  const bytes = (value: object): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)
  return new Map([
    ['tokenizer.json', bytes(json)],
    ['tokenizer_config.json', bytes(config)],
  ])
}
