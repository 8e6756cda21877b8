/** The vocabulary of tokens (a tokenizer, a map's legend, levels, a table's columns) as JSON. */
import { TweedieError } from '../errors.ts'
import type { TokenVocabulary } from '../files/data/categorical.ts'
import type { TweedieMetaData } from '../files/io/tweedie-meta.ts'
import { tokenizerOf, type TokenizerSpec } from '../files/text/index.ts'
import { vocabularyToJson } from './vocabulary-json.ts'

export { vocabularyToJson } from './vocabulary-json.ts'

/** The vocabulary as a field of `data` in `tweedie.json`. Its key is `look`, so that old and new folders are alike. */
export function vocabularyField(vocabulary: TokenVocabulary): { readonly look: Record<string, unknown> } {
  return { look: vocabularyToJson(vocabulary) }
}

/** The vocabulary in `data` of `tweedie.json`; the inverse of {@link vocabularyField}. */
export function vocabularyOf({ look }: TweedieMetaData): TokenVocabulary {
  const value = look as TokenVocabulary | { readonly kind: 'text'; readonly tokenizer: TokenizerSpec } | undefined
  if (value?.kind === 'text') return { kind: 'text', tokenizer: tokenizerOf(value.tokenizer as TokenizerSpec) }
  if (value?.kind === 'map' || value?.kind === 'levels' || value?.kind === 'table') return value
  throw new TweedieError('model', 'tweedie.json does not say what the tokens stand for', {
    hint: 'was it written by a newer tweedie?',
  })
}
