/** Errors that tokenisers share. */
import { TweedieError } from '../../errors.ts'

/** Throws unless a token is one of a vocabulary of `size`. */
export function expectToken(token: number, size: number, place?: number): void {
  if (Number.isInteger(token) && token >= 0 && token < size) return
  const where = place === undefined ? '' : ` at place ${place}`
  throw new TweedieError('data', `token ${token}${where}: the vocabulary has the tokens 0 … ${size - 1}`, {
    hint: 'tokens and vocabulary belong to different models, or a mask was left over',
  })
}

/** A character as messages show it: in quotes, with its code point. */
export function showCharacter(character: string): string {
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
  return `${JSON.stringify(character)} (U+${code})`
}

/** Where an index of a text lies, as editors count: `line 3, column 14`. Columns are characters. */
export function showPlace(text: string, index: number): string {
  const before = text.slice(0, index).split('\n')
  return `line ${before.length}, column ${[...before.at(-1)!].length + 1}`
}
