/** Captions of data for a model whose vocabulary may lack some of their words. */
import type { Words } from '../../compiled/words.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { isTweedieError } from '../../errors.ts'

/** A text without the words that the model does not know. */
export function knownText({ encoders }: Words, text: string): string {
  const knows = (part: string): boolean => encoders.every(({ tokenizer }) => spells(() => tokenizer.pieces(part)))
  return knows(text) ? text : text.split(/\s+/).filter(knows).join(' ')
}

/** The first caption of some items, as far as the model knows its words; an empty text where there is none. */
export function captionsAt(
  words: Words,
  { captions }: Pick<ArrayDataset, 'captions'>,
  items: ArrayLike<number>,
): string[] {
  return Array.from(items, (item) => knownText(words, captions?.[item]?.[0] ?? ''))
}

/** So many items at equal distances. */
export function spreadOver(length: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) / count) * length))
}

function spells(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch (error) {
    if (isTweedieError(error, 'data')) return false
    throw error
  }
}
