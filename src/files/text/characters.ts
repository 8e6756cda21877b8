/** Characters as tokens: the vocabulary is what occurs in a corpus. */
import { TweedieError } from '../../errors.ts'
import { expectToken, showCharacter, showPlace } from './errors.ts'
import type { Tokenizer } from './tokenizer.ts'

/**
 * A tokeniser of the characters (code points) that occur in a corpus, in the order of their code points.
 *
 * @throws TweedieError `data` for an empty corpus
 * @example
 * const tokenizer = characterTokenizer('to be or not to be')
 * tokenizer.encode('bee') // Int32Array [1, 2, 2]
 */
export function characterTokenizer(corpus: string): Tokenizer {
  const points = Array.from(new Set(corpus), (character) => character.codePointAt(0)!).sort((a, b) => a - b)
  return charactersOf(points.map((point) => String.fromCodePoint(point)))
}

/**
 * A tokeniser with this vocabulary of single characters.
 *
 * @throws TweedieError `data` for a vocabulary that is empty, holds a character twice, or something longer than one
 */
export function charactersOf(vocabulary: readonly string[]): Tokenizer {
  const indices = new Map(vocabulary.map((character, index) => [character, index]))
  const strange = vocabulary.find((each, index) => [...each].length !== 1 || indices.get(each) !== index)
  if (vocabulary.length === 0) throw new TweedieError('data', 'the vocabulary is empty: the text has no characters')
  if (strange !== undefined) {
    throw new TweedieError('data', `vocabulary: ${JSON.stringify(strange)} is not one character that occurs once`)
  }
  return Object.freeze<Tokenizer>({
    kind: 'characters',
    size: vocabulary.length,
    encode(text) {
      const tokens = new Int32Array(text.length)
      let [count, at] = [0, 0]
      for (const character of text) {
        const token = indices.get(character)
        if (token === undefined) throw unknown(text, at, character, vocabulary.length)
        tokens[count++] = token
        at += character.length
      }
      return tokens.subarray(0, count)
    },
    decode(tokens) {
      const pieces = Array.from(tokens, (token, place) => {
        expectToken(token, vocabulary.length, place)
        return vocabulary[token]!
      })
      return pieces.join('')
    },
    token(index) {
      expectToken(index, vocabulary.length)
      return vocabulary[index]!
    },
    toJSON: () => ({ kind: 'characters', vocabulary }),
  })
}

function unknown(text: string, at: number, character: string, size: number): TweedieError {
  return new TweedieError(
    'data',
    `${showCharacter(character)} at ${showPlace(text, at)} is not among the ${size} characters of the vocabulary`,
    { hint: 'the vocabulary is what occurs in the training text; `tokens: bytes` spells any text' },
  )
}
