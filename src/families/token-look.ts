/** What tokens stand for, as JSON. */
import { TweedieError } from '../errors.ts'
import type { TokenLook } from '../files/data/categorical.ts'
import { tokenizerOf, type TokenizerSpec } from '../files/text/index.ts'

/** What the tokens stand for, as JSON: a tokenizer by its specification. */
export function lookToJson(look: TokenLook): Record<string, unknown> {
  return look.kind === 'text' ? { kind: 'text', tokenizer: look.tokenizer.toJSON() } : { ...look }
}

/** The inverse of {@link lookToJson}. */
export function lookOfJson(value: unknown): TokenLook {
  const look = value as TokenLook | { readonly kind: 'text'; readonly tokenizer: TokenizerSpec } | undefined
  if (look?.kind === 'text') return { kind: 'text', tokenizer: tokenizerOf(look.tokenizer as TokenizerSpec) }
  if (look?.kind === 'map' || look?.kind === 'levels' || look?.kind === 'table') return look
  throw new TweedieError('model', 'tweedie.json does not say what the tokens stand for', {
    hint: 'was it written by a newer tweedie?',
  })
}
