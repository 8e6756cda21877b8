/** Captions of a data set, summed up. */
import { thousands } from '../../words.ts'
import { captionWords } from '../text/word-captions.ts'

/** Facts about captions. */
export interface CaptionSummary {
  /** Items that have one. */
  readonly items: number
  /** All texts. */
  readonly texts: number
  /** Different words. */
  readonly words: number
  /** The most words of a text. */
  readonly longest: number
  /** The most frequent words, and a few texts. */
  readonly frequent: readonly string[]
  readonly examples: readonly string[]
}

const most = { frequent: 12, examples: 3 }

/** Counts what captions have. */
export function describeCaptions(captions: readonly (readonly string[])[]): CaptionSummary {
  const own = captions.filter((texts) => texts.length > 0)
  const { words, longest } = captionWords(own, { most: Infinity })
  const step = Math.max(1, Math.floor(own.length / most.examples))
  return {
    items: own.length,
    texts: own.reduce((sum, texts) => sum + texts.length, 0),
    words: words.length,
    longest,
    frequent: words.filter((word) => /[\p{L}\p{N}]/u.test(word)).slice(0, most.frequent),
    examples: own
      .filter((_, i) => i % step === 0)
      .flatMap((texts) => texts.slice(0, 1))
      .slice(0, most.examples),
  }
}

/** The same as rows of a table. */
export function captionRows(
  { items, texts, words, longest, frequent, examples }: CaptionSummary,
  length: number,
): readonly (readonly [name: string, value: string])[] {
  const which = items === length ? 'all items' : `${thousands(items)} of ${thousands(length)} items`
  const more = words > frequent.length ? ', …' : ''
  return [
    ['captions', `${which}${texts > items ? `, ${thousands(texts)} texts` : ''}, up to ${longest} words`],
    ['words', `${thousands(words)}: ${frequent.join(' ')}${more}`],
    ...examples.map((text) => ['', text] as const),
  ]
}
