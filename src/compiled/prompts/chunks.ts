/** The pieces of a prompt with their weights, laid out on an encoder's places. */
import { captionTokens, type CaptionPiece, type CaptionTokenizer } from '../../files/text/caption-tokenizer.ts'
import type { WeightedText } from './grammar.ts'

/** A piece, and how much it counts. */
export interface WeightedPiece extends CaptionPiece {
  readonly weight: number
}

/** As much of a prompt as an encoder takes at a time. */
export interface Chunk {
  /** `[length]`, int32. */
  readonly tokens: Int32Array
  /** `[length]`: the weight of each place; 1 where there is no piece. */
  readonly weights: Float32Array
  /** The piece of each place, if there is one. */
  readonly places: readonly (WeightedPiece | undefined)[]
}

/** The pieces of all parts, in order; words are counted through. */
export function weightedPieces(tokenizer: CaptionTokenizer, parts: readonly WeightedText[]): readonly WeightedPiece[] {
  let words = 0
  return parts.flatMap(({ text, weight }) => {
    const pieces = tokenizer.pieces(text).map((piece) => ({ ...piece, word: piece.word + words, weight }))
    words = (pieces.at(-1)?.word ?? words - 1) + 1
    return pieces
  })
}

/** How many pieces a chunk holds: the places without start and end. */
export function roomOf({ length, start, end }: Pick<CaptionTokenizer, 'length' | 'start' | 'end'>): number {
  return length - Number(start !== undefined) - Number(end !== undefined)
}

/** One chunk of the first pieces; the others are cut. */
export function chunkOf(tokenizer: CaptionTokenizer, pieces: readonly WeightedPiece[]): Chunk {
  const { tokens } = captionTokens(tokenizer, pieces)
  const first = Number(tokenizer.start !== undefined)
  const kept = pieces.slice(0, roomOf(tokenizer))
  const places = Array.from(tokens, (_, place) => kept[place - first])
  return { tokens, weights: Float32Array.from(places, (piece) => piece?.weight ?? 1), places }
}

/** Chunks of as many pieces as there is room for; a word is not divided, unless it is longer than that. One, if there are no pieces. */
export function chunksOf(tokenizer: CaptionTokenizer, pieces: readonly WeightedPiece[]): readonly Chunk[] {
  const room = roomOf(tokenizer)
  const chunks: Chunk[] = []
  let from = 0
  do {
    let to = Math.min(from + room, pieces.length)
    if (to < pieces.length) {
      let start = to
      while (start > from && pieces[start - 1]!.word === pieces[to]!.word) start--
      if (start > from) to = start
    }
    chunks.push(chunkOf(tokenizer, pieces.slice(from, to)))
    from = to
  } while (from < pieces.length)
  return chunks
}
