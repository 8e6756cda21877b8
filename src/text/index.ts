/** Text: tokenisers, and templates with gaps to fill. */
export type { Tokenizer, TokenizerSpec } from './tokenizer.ts'
export { characterTokenizer } from './characters.ts'
