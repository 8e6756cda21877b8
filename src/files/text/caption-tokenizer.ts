/** Tokenisers of captions: a text becomes a fixed number of tokens, with a start, an end, and padding behind it. */

/** A piece of a text that is one token. */
export interface CaptionPiece {
  readonly id: number
  /** The piece as people read it: `burger`, `ing`. */
  readonly text: string
  /** The number of the text's word that it is part of, from 0. */
  readonly word: number
}

/** The tokeniser of a text encoder. */
export interface CaptionTokenizer {
  /** The tokens are 0 … vocabulary − 1. */
  readonly vocabulary: number
  /** The places of a caption; start and end are among them. */
  readonly length: number
  /** The token in front of a text, and behind it, where the encoder wants them. */
  readonly start?: number | undefined
  readonly end?: number | undefined
  /** The token of the places that are left. */
  readonly padding: number
  /** The token of what the vocabulary does not hold; undefined where such text is refused, or bytes spell everything. */
  readonly unknown?: number | undefined
  /**
   * The pieces of a text, however many, without start, end and padding.
   *
   * @throws TweedieError `data` for text that the vocabulary cannot spell
   */
  pieces(text: string): readonly CaptionPiece[]
  /** Its files, by their names in the folder `tokenizer/` of a model. */
  files(): ReadonlyMap<string, Uint8Array>
}

/** A text as the tokens of an encoder. */
export interface CaptionTokens {
  /** `[length]`. */
  readonly tokens: Int32Array
  /** The pieces that have no place: what was cut. */
  readonly cut: readonly CaptionPiece[]
}

/** Start, pieces, end and padding, `length` tokens; what is too long is cut before the end. */
export function captionTokens(tokenizer: CaptionTokenizer, pieces: readonly CaptionPiece[]): CaptionTokens {
  const { length, start, end, padding } = tokenizer
  const room = length - Number(start !== undefined) - Number(end !== undefined)
  const kept = pieces.slice(0, room).map(({ id }) => id)
  const filled = [...(start === undefined ? [] : [start]), ...kept, ...(end === undefined ? [] : [end])]
  const tokens = new Int32Array(length).fill(padding)
  tokens.set(filled)
  return { tokens, cut: pieces.slice(room) }
}

/**
 * What a request's text loses, a sentence each: what is cut, and words that the vocabulary does not hold.
 *
 * @example
 * captionRemarks(tokenizer, 'a red cirkle') // ['not among the words of the captions: "cirkle"']
 */
export function captionRemarks(tokenizer: CaptionTokenizer, text: string): readonly string[] {
  const pieces = tokenizer.pieces(text)
  const strange = pieces.filter(({ id }) => id === tokenizer.unknown)
  const { cut } = captionTokens(tokenizer, pieces)
  const room = pieces.length - cut.length
  return [
    ...(strange.length > 0
      ? [
          `not among the words of the captions: ${[...new Set(strange.map((each) => JSON.stringify(each.text)))].join(', ')}`,
        ]
      : []),
    ...(cut.length > 0
      ? [
          `the text has ${pieces.length} pieces, the encoder takes ${room}: cut is ${JSON.stringify(cut.map((each) => each.text).join(' '))}`,
        ]
      : []),
  ]
}
