/** Tokenisers of captions: CLIP's against OpenAI's own, a tokenizer.json, words; their files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  captionRemarks,
  captionTokenizerOf,
  captionTokens,
  captionWords,
  clipCaptionTokenizer,
  hubCaptionTokenizer,
  wordCaptionTokenizer,
} from '../../../src/files/text/index.ts'
import { bpe } from './hub-files.ts'

const clip = '../shared/data/clip-tokenizer'
const tiny = '../shared/golden/tiny-sd/tokenizer'
const filesIn = (folder: string): Map<string, Uint8Array> =>
  new Map(readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]))
const ids = (pieces: readonly { readonly id: number }[]): number[] => pieces.map(({ id }) => id)

describe.skipIf(!existsSync(clip))("CLIP's files", () => {
  const tokenizer = captionTokenizerOf(filesIn(clip))
  const golden = JSON.parse(readFileSync(join(clip, 'golden.json'), 'utf8')) as [string, number[]][]

  test.each(golden)('%j as the original has it', (text, tokens) => {
    expect(ids(tokenizer.pieces(text))).toEqual(tokens)
  })

  test('length, start, end, padding', () => {
    expect(tokenizer).toMatchObject({ vocabulary: 49_408, length: 77, start: 49_406, end: 49_407, padding: 49_407 })
    const { tokens, cut } = captionTokens(tokenizer, tokenizer.pieces('a b c '.repeat(40)))
    expect([tokens[0], tokens[76], cut.length]).toEqual([49_406, 49_407, 120 - 75])
  })

  test('pieces have texts and words', () => {
    const pieces = tokenizer.pieces("supercalifragilisticexpialidocious café isn't")
    const words = new Map<number, string>()
    for (const { word, text } of pieces) words.set(word, (words.get(word) ?? '') + text)
    expect([...words.values()]).toEqual(['supercalifragilisticexpialidocious', 'café', 'isn', "'t"])
  })

  test('a map of special tokens decides over an old configuration, as in Stable Diffusion 2', () => {
    const files = filesIn(clip).set('special_tokens_map.json', new TextEncoder().encode('{"pad_token": "!"}'))
    const padded = captionTokenizerOf(files)
    expect(padded.padding).toBe(0)
    expect(captionTokens(padded, padded.pieces('cat')).tokens.slice(0, 5)).toEqual(
      Int32Array.of(49_406, 2368, 49_407, 0, 0),
    )
    const listed = { '49407': { content: '<|endoftext|>', special: true } }
    const newer = {
      ...JSON.parse(readFileSync(join(clip, 'tokenizer_config.json'), 'utf8')),
      added_tokens_decoder: listed,
    }
    const config = new TextEncoder().encode(JSON.stringify(newer))
    expect(captionTokenizerOf(new Map(files).set('tokenizer_config.json', config)).padding).toBe(49_407)
  })

  test('added tokens are found first', () => {
    const files = filesIn(clip).set('added_tokens.json', new TextEncoder().encode('{"<cat-toy>": 49408}'))
    const more = captionTokenizerOf(files)
    expect(more.vocabulary).toBe(49_409)
    expect(ids(more.pieces('a <cat-toy> on mars'))).toEqual([320, 49_408, ...ids(more.pieces('on mars'))])
  })

  test('made again from the files that it writes', () => {
    const vocabulary = JSON.parse(readFileSync(join(clip, 'vocab.json'), 'utf8')) as Record<string, number>
    const made = clipCaptionTokenizer(vocabulary, readFileSync(join(clip, 'merges.txt'), 'utf8'), {
      pad_token: '!',
      model_max_length: 20,
      added_tokens: { '<x>': 49_408 },
    })
    const again = captionTokenizerOf(made.files())
    expect(again).toMatchObject({ vocabulary: 49_409, length: 20, padding: 0 })
    for (const [text] of golden) expect(again.pieces(text)).toEqual(made.pieces(text))
    expect(ids(again.pieces('<x>'))).toEqual([49_408])
  })

  test.skipIf(!existsSync(tiny))('the tokenizer of a pipeline, and its files as they are', () => {
    const files = filesIn(tiny)
    const own = captionTokenizerOf(files)
    for (const [text, tokens] of golden) expect(ids(own.pieces(text))).toEqual(tokens)
    expect([...own.files().values()].every((bytes, i) => Buffer.compare(bytes, [...files.values()][i]!) === 0)).toBe(
      true,
    )
    expect([...own.files().keys()]).toEqual([...files.keys()])
  })

  test('any text has tokens of the vocabulary', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) =>
        tokenizer.pieces(text).every(({ id, word }) => id >= 0 && id < 49_408 && word >= 0),
      ),
    )
  })
})

describe('words', () => {
  const captions = [['A red circle', 'a circle, red'], [], ["it's a Red-hot star!"]]

  test('the vocabulary is counted', () => {
    expect(captionWords(captions)).toEqual({
      words: ['a', 'circle', 'red', '!', ',', "it's", 'red-hot', 'star'],
      left: 0,
      longest: 5,
    })
    expect(captionWords(captions, { most: 2 })).toMatchObject({ words: ['a', 'circle'], left: 6 })
  })

  test('tokens are start, words, end, padding', () => {
    const tokenizer = wordCaptionTokenizer(['a', 'red', 'circle'], 6)
    expect(captionTokens(tokenizer, tokenizer.pieces('A  RED circle')).tokens).toEqual(Int32Array.of(1, 3, 4, 5, 2, 0))
    expect(() => tokenizer.pieces('a cirkle')).toThrow(/"cirkle" in "a cirkle" is not a word/)
    try {
      tokenizer.pieces('a cirkle')
    } catch (error) {
      expect(error).toMatchObject({ code: 'data', hint: 'did you mean "circle"?' })
    }
  })

  test('unknown words may be a token, and are said', () => {
    const tokenizer = wordCaptionTokenizer(['a', 'red'], 5, { unknown: 'token' })
    expect(ids(tokenizer.pieces('a blue red'))).toEqual([4, 3, 5])
    expect(captionRemarks(tokenizer, 'a blue red a red')).toEqual([
      'not among the words of the captions: "blue"',
      'the text has 5 pieces, the encoder takes 3: cut is "a red"',
    ])
    expect(captionRemarks(tokenizer, 'a red')).toEqual([])
  })

  test.each(['refuse', 'token'] as const)('made again from their files; unknown words: %s', (unknown) => {
    const tokenizer = wordCaptionTokenizer(['12', 'a', '!', '__proto__', 'red'], 7, { unknown })
    const again = captionTokenizerOf(tokenizer.files())
    const { files: _files, pieces: _pieces, ...facts } = tokenizer
    expect(again).toMatchObject(facts)
    expect(again.pieces('red a 12 ! __proto__')).toEqual(tokenizer.pieces('red a 12 ! __proto__'))
    expect([...again.files()]).toEqual([...tokenizer.files()])
  })

  test('what makes no sense is refused', () => {
    expect(() => wordCaptionTokenizer([], 8)).toThrow(/no words/)
    expect(() => wordCaptionTokenizer(['a', 'a'], 8)).toThrow(/twice/)
    expect(() => wordCaptionTokenizer(['a'], 2)).toThrow(/2 places/)
  })
})

describe('a tokenizer.json', () => {
  const piece = (id: string) => ({ SpecialToken: { id, type_id: 0 } })
  const json = {
    ...bpe,
    added_tokens: [8, 9].map((id) => ({ id, content: ['<s>', '</s>'][id - 8]!, special: true })),
    post_processor: {
      type: 'TemplateProcessing',
      single: [piece('<s>'), { Sequence: { id: 'A', type_id: 0 } }, piece('</s>')],
      pair: [],
      special_tokens: {},
    },
    truncation: { max_length: 9 },
    padding: { pad_id: 3 },
  }

  test('start, end, padding and length are found', () => {
    const tokenizer = hubCaptionTokenizer(json)
    expect(tokenizer).toMatchObject({ vocabulary: 10, length: 9, start: 8, end: 9, padding: 3 })
    expect(tokenizer.pieces('to be to')).toEqual([
      { id: 5, text: 'to', word: 0 },
      { id: 7, text: 'be', word: 1 },
      { id: 2, text: 'Ġ', word: 2 },
      { id: 5, text: 'to', word: 2 },
    ])
  })

  test('made again from its files', () => {
    const again = captionTokenizerOf(hubCaptionTokenizer(json).files())
    expect(again).toMatchObject({ length: 9, start: 8, end: 9, padding: 3 })
    expect(ids(again.pieces('to be'))).toEqual([5, 7])
  })

  test('a length must be known, and padding', () => {
    expect(() => hubCaptionTokenizer({ ...json, truncation: null })).toThrow(/model_max_length/)
    expect(() => hubCaptionTokenizer({ ...bpe, truncation: { max_length: 9 } })).toThrow(/pads/)
  })

  test('what is no tokenizer is refused', () => {
    expect(() => captionTokenizerOf(new Map())).toThrow(/nothing/)
    expect(() => captionTokenizerOf(new Map([['spiece.model', new Uint8Array()]]))).toThrow(/spiece\.model/)
    expect(() => captionTokenizerOf(new Map([['tokenizer.json', new Uint8Array([123])]]))).toThrow(/not JSON/)
  })
})
