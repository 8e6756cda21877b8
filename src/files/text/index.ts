/** Text: tokenisers, and templates with gaps to fill. */
export type { Tokenizer, TokenizerSpec } from './tokenizer.ts'
export { tokenizerOf } from './tokenizer-of.ts'
export { characterTokenizer } from './characters.ts'
export { byteTokenizer } from './bytes.ts'
export { hubTokenizer } from './hub.ts'
export { parseInfill } from './infill.ts'
export type { Infill } from './infill.ts'
export { decodeUtf8 } from './utf8.ts'
export {
  type CaptionPiece,
  captionRemarks,
  type CaptionTokenizer,
  captionTokens,
  type CaptionTokens,
} from './caption-tokenizer.ts'
export { captionTokenizerOf } from './captions-of.ts'
export { clipCaptionTokenizer } from './clip-captions.ts'
export { hubCaptionTokenizer } from './hub-captions.ts'
export { type CaptionWords, captionWords, type WordCaptionOptions, wordCaptionTokenizer } from './word-captions.ts'
