/** Which places of a context belong to which word of a prompt. */
import type { CaptionTokenizer } from '../../files/text/caption-tokenizer.ts'
import { chunksOf, weightedPieces } from './chunks.ts'
import { parsePrompt } from './grammar.ts'

/** A word, and where its pieces stand. */
export interface WordPlaces {
  /** Its pieces together: `burger`. */
  readonly text: string
  readonly places: readonly number[]
}

/**
 * The words of a prompt in order, with the places of their pieces among the first `places` of a context; words that were cut are left
 * out.
 *
 * @example
 * wordPlaces(tokenizer, 'a (red:1.3) circle', 32) // [{ text: 'a', places: [1] }, { text: 'red', places: [2] }, …]
 */
export function wordPlaces(tokenizer: CaptionTokenizer, prompt: string, places: number): readonly WordPlaces[] {
  const words = new Map<number, { text: string; places: number[] }>()
  chunksOf(tokenizer, weightedPieces(tokenizer, parsePrompt(prompt))).forEach((chunk, i) => {
    chunk.places.forEach((piece, at) => {
      const place = i * tokenizer.length + at
      if (piece === undefined || place >= places) return
      const known = words.get(piece.word)
      if (known === undefined) words.set(piece.word, { text: piece.text, places: [place] })
      else {
        known.text += piece.text
        known.places.push(place)
      }
    })
  })
  return [...words.values()]
}

/** The maps of words, each the sum over its places: `maps [S, H, W]`, `area` = H · W. */
export function wordMaps(
  words: readonly WordPlaces[],
  maps: Float32Array,
  area: number,
): readonly { readonly text: string; readonly map: Float32Array }[] {
  return words.map(({ text, places }) => {
    const map = new Float32Array(area)
    for (const place of places) for (let i = 0; i < area; i++) map[i]! += maps[place * area + i]!
    return { text, map }
  })
}
