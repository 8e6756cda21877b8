/** Tokenisers: from text to whole numbers and back. */

/** What makes a tokeniser again, as JSON; model folders hold it. */
export type TokenizerSpec =
  | { readonly kind: 'characters'; readonly vocabulary: readonly string[] }
  | { readonly kind: 'bytes' }
  | { readonly kind: 'hub'; readonly tokenizer: object; readonly config: object }

/** A vocabulary of tokens 0 … size − 1, and the text that each stands for. */
export interface Tokenizer {
  readonly kind: TokenizerSpec['kind']
  /** The number of tokens in the vocabulary. */
  readonly size: number
  /**
   * The tokens of a text.
   *
   * @throws TweedieError `data` for text that the vocabulary cannot spell: what, and where
   */
  encode(text: string): Int32Array
  /**
   * The text of tokens.
   *
   * @throws TweedieError `data` for a token outside the vocabulary
   */
  decode(tokens: ArrayLike<number>): string
  /** The text of one token, as it is shown to people. */
  token(index: number): string
  toJSON(): TokenizerSpec
}
