/** A vocabulary as JSON, written; `token-vocabulary.ts` reads it, which takes tokenizers. */
import type { TokenVocabulary } from '../files/data/categorical.ts'

/** The vocabulary as JSON: a tokenizer by its specification. */
export function vocabularyToJson(vocabulary: TokenVocabulary): Record<string, unknown> {
  return vocabulary.kind === 'text' ? { kind: 'text', tokenizer: vocabulary.tokenizer.toJSON() } : { ...vocabulary }
}
