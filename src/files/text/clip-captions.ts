/** The tokenizer of CLIP: byte-level BPE of lower-case words, with the end of a word as part of its last token. */
import { TweedieError } from '../../errors.ts'
import type { CaptionTokenizer } from './caption-tokenizer.ts'
import { libraryOf } from './hub-library.ts'
import { libraryPieces } from './library-pieces.ts'
import { type AddedToken, type CaptionConfig, captionLength, specialTexts, tokenText } from './special-tokens.ts'

/** How CLIP cuts a text into words, after Unicode's NFC, one space for any white space, and lower case. */
const words = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"

/** As many merges of `merges.txt` are used: 49152 tokens less 256 bytes, twice, and 2 special ones. */
const mostMerges = 49_152 - 256 - 2

/**
 * A tokeniser of captions as CLIP has it (Radford et al., Learning Transferable Visual Models, 2021), of the files `vocab.json`,
 * `merges.txt`, and the small ones beside them.
 *
 * @param vocabulary `vocab.json`, parsed
 * @param merges the text of `merges.txt`
 * @param config what the small files say, see `captionConfig`
 * @throws TweedieError `model` where the files do not belong together
 * @example
 * const tokenizer = clipCaptionTokenizer(vocab, merges, { model_max_length: 77 })
 * captionTokens(tokenizer, tokenizer.pieces('a photo of a cat')).tokens // [49406, 320, 1125, 539, 320, 2368, 49407, 49407, …]
 */
export function clipCaptionTokenizer(
  vocabulary: Readonly<Record<string, number>>,
  merges: string,
  config: CaptionConfig = {},
): CaptionTokenizer {
  const [startText, endText] = [
    tokenText(config.bos_token) ?? '<|startoftext|>',
    tokenText(config.eos_token) ?? '<|endoftext|>',
  ]
  const full = { unk_token: endText, pad_token: endText, ...config, bos_token: startText, eos_token: endText }
  const added = addedTokens(vocabulary, full)
  const later = new Map(added.map(({ content, id }) => [content, id]))
  const idOf = (text: string, what: string): number => {
    const id = later.get(text) ?? (Object.hasOwn(vocabulary, text) ? vocabulary[text] : undefined)
    if (id !== undefined) return id
    throw new TweedieError('model', `vocab.json does not hold the ${what} token ${JSON.stringify(text)}`, {
      hint: 'do the files of the tokenizer belong together?',
    })
  }
  const lines = merges.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version'))
  const unknown = tokenText(full.unk_token)!
  const library = libraryOf(
    {
      added_tokens: added,
      normalizer: {
        type: 'Sequence',
        normalizers: [
          { type: 'NFC' },
          { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
          { type: 'Lowercase' },
        ],
      },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: words }, behavior: 'Removed', invert: true },
          { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
        ],
      },
      post_processor: null,
      decoder: { type: 'ByteLevel' },
      model: {
        type: 'BPE',
        vocab: vocabulary,
        merges: lines.slice(0, mostMerges),
        end_of_word_suffix: '</w>',
        unk_token: unknown,
      },
    },
    { unk_token: unknown },
  )
  const pieces = libraryPieces(library, (token) => {
    throw new TweedieError('model', `vocab.json does not hold ${JSON.stringify(token)}, nor an unknown token`)
  })
  return Object.freeze<CaptionTokenizer>({
    vocabulary: largestOf(Object.values(vocabulary), largestOf(later.values())) + 1,
    length: captionLength(full, 77),
    start: idOf(startText, 'start'),
    end: idOf(endText, 'end'),
    padding: idOf(tokenText(full.pad_token)!, 'padding'),
    pieces,
    files: () => clipFiles(vocabulary, lines, full),
  })
}

function largestOf(numbers: Iterable<number>, least = -Infinity): number {
  let largest = least
  for (const each of numbers) largest = Math.max(largest, each)
  return largest
}

/** Special tokens, and what was added to the vocabulary: they are found in a text first. */
function addedTokens(
  vocabulary: Readonly<Record<string, number>>,
  config: CaptionConfig,
): readonly (AddedToken & { readonly id: number; readonly normalized: false })[] {
  const listed = Object.entries(config.added_tokens_decoder ?? {}).map(([id, token]) => ({ ...token, id: Number(id) }))
  const further = Object.entries(config.added_tokens ?? {}).map(([content, id]) => ({ content, id, special: false }))
  const special = specialTexts(config).flatMap((content) => {
    const id = Object.hasOwn(vocabulary, content) ? vocabulary[content] : undefined
    return id === undefined ? [] : [{ content, id, special: true }]
  })
  const all = [...listed, ...further, ...special]
  const first = new Map(all.toReversed().map((token) => [token.content, token]))
  return Array.from(first.values(), (token) => ({ ...token, normalized: false as const }))
}

/** Its files, as `CLIPTokenizer` of transformers has them. */
function clipFiles(
  vocabulary: Readonly<Record<string, number>>,
  merges: readonly string[],
  { added_tokens: added, ...config }: CaptionConfig,
): ReadonlyMap<string, Uint8Array> {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  const json = (value: object): Uint8Array => bytes(`${JSON.stringify(value, null, 2)}\n`)
  const special = Object.fromEntries(
    (['bos_token', 'eos_token', 'pad_token', 'unk_token'] as const).map((name) => [name, tokenText(config[name])]),
  )
  const more = added !== undefined && Object.keys(added).length > 0
  return new Map([
    ['vocab.json', bytes(JSON.stringify(vocabulary))],
    ['merges.txt', bytes(`#version: 0.2\n${merges.join('\n')}\n`)],
    ['tokenizer_config.json', json({ tokenizer_class: 'CLIPTokenizer', ...config, ...special })],
    ['special_tokens_map.json', json(special)],
    ...(more ? [['added_tokens.json', json(added)] as const] : []),
  ])
}
