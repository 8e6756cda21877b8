/** Which of an item's captions is learned in a step, and which of its keywords. */
import { fold, type Key, permutation, uniform } from '../../engine/random/index.ts'
import type { CaptionSpec } from './caption-spec.ts'

/**
 * One of the captions, as likely as the others, with keywords left out and shuffled: a function of the key. Keywords stand between
 * commas; an item without captions has the empty text.
 */
export function drawnCaption(
  captions: readonly string[],
  key: Key,
  { keywordDropout = 0, shuffle = false }: Pick<CaptionSpec, 'keywordDropout' | 'shuffle'>,
): string {
  if (captions.length === 0) return ''
  const drawn = captions.length === 1 ? 0 : uniform(fold(key, 'which'), new Float64Array(1))[0]!
  const text = captions[Math.floor(drawn * captions.length)]!
  if (keywordDropout === 0 && !shuffle) return text
  const words = text.split(',').map((word) => word.trim())
  const draws = uniform(fold(key, 'keywords'), new Float64Array(words.length))
  const kept = words.filter((_, i) => draws[i]! >= keywordDropout)
  if (!shuffle) return kept.join(', ')
  return Array.from(permutation(fold(key, 'order'), kept.length), (i) => kept[i]!).join(', ')
}
