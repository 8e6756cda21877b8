import { Tokenizer as Library } from '@huggingface/tokenizers'
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  byteTokenizer,
  characterTokenizer,
  decodeUtf8,
  hubTokenizer,
  tokenizerOf,
} from '../../../src/files/text/index.ts'
import type { Tokenizer, TokenizerSpec } from '../../../src/files/text/index.ts'
import { bpe, wordLevel } from './hub-files.ts'

/** Text of whole code points, without lone surrogates. */
const text = fc.string({ unit: 'binary', maxLength: 40 })

const again = (tokenizer: Tokenizer): Tokenizer => tokenizerOf(JSON.parse(JSON.stringify(tokenizer)) as TokenizerSpec)

describe('characters', () => {
  it('spell every text of their own characters, also from JSON', () => {
    fc.assert(
      fc.property(text, fc.nat(), (corpus, cut) => {
        fc.pre(corpus.length > 0)
        const tokenizer = characterTokenizer(corpus)
        const points = [...corpus]
        const part = points.slice(cut % points.length).join('')
        const tokens = tokenizer.encode(part)
        expect(tokens.length).toBe([...part].length)
        expect(tokenizer.decode(tokens)).toBe(part)
        expect(again(tokenizer).encode(part)).toEqual(tokens)
        expect(tokenizer.size).toBe(new Set(points).size)
      }),
    )
  })

  it('are numbered by code point', () => {
    const tokenizer = characterTokenizer('to be, or not\n😀')
    expect(Array.from({ length: tokenizer.size }, (_, i) => tokenizer.token(i)).join('')).toBe('\n ,benort😀')
    expect([...tokenizer.encode('bee😀')]).toEqual([3, 4, 4, 9])
  })

  it('say which character is unknown, and where', () => {
    const tokenizer = characterTokenizer('ab\n')
    expect(() => tokenizer.encode('ab\nbaéa')).toThrow(
      '"é" (U+00E9) at line 2, column 3 is not among the 3 characters of the vocabulary',
    )
    expect(() => tokenizer.encode('a😀')).toThrow('"😀" (U+1F600) at line 1, column 2')
  })

  it('refuse tokens and vocabularies that are none', () => {
    const tokenizer = characterTokenizer('abc')
    expect(() => tokenizer.decode([0, 3])).toThrow('token 3 at place 1: the vocabulary has the tokens 0 … 2')
    expect(() => tokenizer.decode([-1])).toThrow('token -1 at place 0')
    expect(() => tokenizer.decode([0.5])).toThrow('token 0.5')
    expect(() => tokenizer.token(3)).toThrow('token 3')
    expect(() => characterTokenizer('')).toThrow('the vocabulary is empty')
    for (const vocabulary of [['ab'], ['a', 'a'], ['']]) {
      expect(() => tokenizerOf({ kind: 'characters', vocabulary })).toThrow('is not one character that occurs once')
    }
  })
})

describe('bytes', () => {
  const tokenizer = byteTokenizer()

  it('spell any text as its UTF-8', () => {
    fc.assert(
      fc.property(text, (given) => {
        const tokens = tokenizer.encode(given)
        expect([...tokens]).toEqual([...new TextEncoder().encode(given)])
        expect(again(tokenizer).decode(tokens)).toBe(given)
      }),
    )
  })

  it('decode what a model makes up', () => {
    expect(tokenizer.decode([0x61, 0xff, 0x62])).toBe('a\uFFFDb')
    expect(tokenizer.decode([0xef, 0xbb, 0xbf])).toBe('\uFEFF')
    expect(() => tokenizer.decode([256])).toThrow('token 256')
    expect([tokenizer.token(0x41), tokenizer.token(10)]).toEqual(['A', '0x0a'])
  })
})

describe('strict UTF-8', () => {
  it('takes what is, and says where the first byte lies that is not', () => {
    fc.assert(
      fc.property(text, (given) => {
        fc.pre(!given.startsWith('\uFEFF'))
        expect(decodeUtf8(new TextEncoder().encode(given))).toBe(given)
      }),
    )
    fc.assert(
      fc.property(text, fc.uint8Array({ minLength: 1, maxLength: 6 }), (given, noise) => {
        const front = new TextEncoder().encode(given)
        const bytes = Uint8Array.from([...front, ...noise])
        const lenient = (end: number): string =>
          new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, end))
        let message = ''
        try {
          decodeUtf8(bytes, 'corpus.txt')
        } catch (error) {
          message = (error as Error).message
        }
        const at = /^corpus\.txt is not UTF-8: byte (\d+) is 0x[0-9A-F]{2}$/.exec(message)?.[1]
        expect(at === undefined).toBe(!lenient(bytes.length).slice(given.length).includes('\uFFFD'))
        if (at !== undefined) {
          expect(Number(at)).toBeGreaterThanOrEqual(front.length)
          expect(lenient(Number(at)).slice(given.length)).not.toContain('\uFFFD')
        }
      }),
    )
  })

  it.each([
    ['Latin-1', [0x61, 0xe9, 0x61], 1],
    ['a longer form than needed', [0xc0, 0xaf], 0],
    ['a surrogate', [0x61, 0x62, 0xed, 0xa0, 0x80], 2],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80], 0],
    ['the end in the middle of a character', [0x61, 0xe2, 0x82], 1],
  ])('refuses %s', (_, bytes, at) => {
    expect(() => decodeUtf8(Uint8Array.from(bytes))).toThrow(`text is not UTF-8: byte ${at} is 0x`)
  })
})

describe('tokenizer.json', () => {
  it('reads a word-level vocabulary, its added tokens included', () => {
    const tokenizer = hubTokenizer(wordLevel)
    expect(tokenizer.size).toBe(6)
    expect([...tokenizer.encode('to be or [MASK] not')]).toEqual([1, 2, 3, 5, 4])
    expect(tokenizer.decode([1, 2, 5, 4])).toBe('to be [MASK] not')
    expect(tokenizer.token(5)).toBe('[MASK]')
  })

  it('takes the unknown token where there is one, and says what is lost where there is none', () => {
    expect([...hubTokenizer(wordLevel).encode('to sleep')]).toEqual([1, 0])
    const { unk_token: _, ...model } = wordLevel.model
    expect(() => hubTokenizer({ ...wordLevel, model }).encode('to\nsleep')).toThrow(
      '"sleep" at line 2, column 1 is not in the vocabulary',
    )
  })

  it('reads byte-pair merges', () => {
    const tokenizer = hubTokenizer(bpe)
    expect([...tokenizer.encode('to be')]).toEqual([5, 7])
    expect(tokenizer.decode([5, 7, 7])).toBe('to be be')
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('t', 'o', 'b', 'e', ' '), maxLength: 20 }), (given) => {
        expect(tokenizer.decode(tokenizer.encode(given))).toBe(given)
        expect(again(tokenizer).encode(given)).toEqual(tokenizer.encode(given))
      }),
    )
  })

  it('loses no character silently', () => {
    expect(() => hubTokenizer(bpe).encode('to\u{20}zoo')).toThrow(
      '"z" (U+007A) at line 1, column 4 is not in the vocabulary',
    )
  })

  it('refuses what is no tokenizer', () => {
    for (const json of [{}, { model: { type: 'WordLevel' } }]) {
      expect(() => hubTokenizer(json)).toThrow(/^tokenizer\.json: /)
    }
    expect(() => hubTokenizer(bpe).decode([8])).toThrow('token 8 at place 0: the vocabulary has the tokens 0 … 7')
  })
})

describe('specifications', () => {
  it('are checked', () => {
    for (const spec of [{ kind: 'words' }, { kind: 'characters' }, { kind: 'hub' }, {}, null, 5]) {
      expect(() => tokenizerOf(spec as unknown as TokenizerSpec)).toThrow(
        'expected "bytes", "characters" with a vocabulary',
      )
    }
  })
})

describe('long texts', () => {
  const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }
  const corpus = 'the cat sat on the mat and the dog ran. '.repeat(10_000)
  const letters = [...new Set(corpus.replaceAll(' ', '▁'))].map((letter) => [letter, -8])
  const unigram = {
    version: '1.0',
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: metaspace,
    post_processor: null,
    decoder: metaspace,
    model: { type: 'Unigram', unk_id: 0, vocab: [['<unk>', 0], ...letters, ['▁the', -4], ['and', -5]] },
  }

  test('a Unigram tokenizer takes a corpus, there and back', () => {
    const tokenizer = hubTokenizer(unigram)
    const tokens = tokenizer.encode(corpus)
    expect(tokenizer.decode(tokens)).toBe(corpus)
  })

  test('pieces have the tokens of the whole', () => {
    const library = new Library(unigram, { unk_token: '<unk>' })
    const tokenizer = hubTokenizer(unigram)
    const sentence = fc.array(fc.constantFrom('the', 'cat', 'and', 'a  mat', 'ran.'), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(sentence, fc.integer({ min: 4000, max: 6000 }), (words, times) => {
        const text = `${words.join(' ')} `.repeat(Math.ceil((5 * times) / words.join(' ').length))
        expect(text.length).toBeGreaterThan(20_000)
        expect([...tokenizer.encode(text)]).toEqual(library.encode(text, { add_special_tokens: false }).ids)
      }),
      { numRuns: 8 },
    )
  })

  test('one whose tokens go across words is refused, not run out of memory', () => {
    const across = { ...unigram, model: { ...unigram.model, vocab: [...unigram.model.vocab, ['t▁o', -9]] } }
    expect(() => hubTokenizer(across).encode(corpus)).toThrow(/for one word/)
    expect(hubTokenizer(across).encode('the cat').length).toBeGreaterThan(0)
  })
})
