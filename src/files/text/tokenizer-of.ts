/** Tokenisers from their JSON. */
import { TweedieError } from '../../errors.ts'
import { byteTokenizer } from './bytes.ts'
import { charactersOf } from './characters.ts'
import { hubTokenizer } from './hub.ts'
import type { Tokenizer, TokenizerSpec } from './tokenizer.ts'

/**
 * The tokeniser that wrote this specification.
 *
 * @throws TweedieError `data` for an invalid specification
 */
export function tokenizerOf(spec: TokenizerSpec): Tokenizer {
  const { kind, vocabulary, tokenizer, config } = (isObject(spec) ? spec : {}) as Readonly<Record<string, unknown>>
  if (kind === 'bytes') return byteTokenizer()
  if (kind === 'characters' && isListOfText(vocabulary)) return charactersOf(vocabulary)
  if (kind === 'hub' && isObject(tokenizer)) return hubTokenizer(tokenizer, isObject(config) ? config : {})
  throw new TweedieError('data', `tokenizer of kind ${JSON.stringify(kind)}: expected ${expected}`)
}

const expected = '"bytes", "characters" with a vocabulary, or "hub" with a tokenizer'

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
const isListOfText = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')
