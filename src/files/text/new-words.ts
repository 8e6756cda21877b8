/** Words that a tokeniser learned later: each is one piece or several, however its base would spell it. */
import type { CaptionPiece, CaptionTokenizer } from './caption-tokenizer.ts'

/** The file beside a tokeniser that lists them, as transformers has it. */
export const newWordsFile = 'added_tokens.json'

/**
 * The names of a word's places: `<icon>`, `<icon>_1`, `<icon>_2`, … as diffusers has them.
 *
 * @example
 * placesOf('<icon>', 2) // ['<icon>', '<icon>_1']
 */
export function placesOf(token: string, places: number): readonly string[] {
  return Array.from({ length: places }, (_, i) => (i === 0 ? token : `${token}_${i}`))
}

/**
 * A tokeniser that finds new words in a text first. A word whose places have vectors of their own (`<icon>`, `<icon>_1`, …) becomes all of
 * them where its first name stands (as diffusers does it). Capitals do not count; a word that begins or ends with a letter or a number is
 * found as a whole word only.
 *
 * @param tokens the number of each name
 * @example
 * withNewWords(tokenizer, new Map([['<icon>', 49408]])).pieces('a red <icon>').at(-1) // { id: 49408, text: '<icon>', word: 2 }
 */
export function withNewWords(tokenizer: CaptionTokenizer, tokens: ReadonlyMap<string, number>): CaptionTokenizer {
  if (tokens.size === 0) return tokenizer
  const named = new Map(Array.from(tokens, ([token, id]) => [token.toLowerCase(), id]))
  const idsOf = (token: string): readonly number[] => {
    const ids = [named.get(token)!]
    for (let more = named.get(`${token}_1`); more !== undefined; more = named.get(`${token}_${ids.length}`))
      ids.push(more)
    return ids
  }
  const texts = [...named.keys()].sort((a, b) => b.length - a.length)
  const pattern = new RegExp(texts.map(wholeWord).join('|'), 'giu')
  return Object.freeze<CaptionTokenizer>({
    ...tokenizer,
    vocabulary: Math.max(tokenizer.vocabulary, ...[...tokens.values()].map((id) => id + 1)),
    pieces(text) {
      const pieces: CaptionPiece[] = []
      const wordsBefore = (): number => (pieces.at(-1)?.word ?? -1) + 1
      const plain = (part: string): void => {
        if (part.trim() === '') return
        const first = wordsBefore()
        for (const piece of tokenizer.pieces(part)) pieces.push({ ...piece, word: piece.word + first })
      }
      let from = 0
      for (const match of text.matchAll(pattern)) {
        plain(text.slice(from, match.index))
        const word = wordsBefore()
        idsOf(match[0].toLowerCase()).forEach((id, i) => pieces.push({ id, text: i === 0 ? match[0] : '', word }))
        from = match.index + match[0].length
      }
      plain(text.slice(from))
      return pieces
    },
  })
}

function wholeWord(text: string): string {
  const escaped = text.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
  const [before, behind] = [/^[\p{L}\p{N}_]/u.test(text), /[\p{L}\p{N}_]$/u.test(text)]
  return `${before ? String.raw`(?<![\p{L}\p{N}_])` : ''}${escaped}${behind ? String.raw`(?![\p{L}\p{N}_])` : ''}`
}
