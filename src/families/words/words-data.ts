/** Captioned data, with what training on captions needs besides them. */
import type { WordEncoder } from '../../compiled/words.ts'
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { checksum } from '../../files/io/checksum.ts'
import type { CaptionTokenizer } from '../../files/text/caption-tokenizer.ts'
import type { CaptionCodes } from './caption-codes.ts'

/** What makes tokens and vectors of captions, where a run does not make them of the captions themselves. */
export interface GivenWords {
  /** The folder or file that the tokeniser is from; none for one in memory. */
  readonly path?: string | undefined
  readonly tokenizer: CaptionTokenizer
  /** A text encoder that is not trained, and the folder that it is from. */
  readonly frozen?: { readonly path?: string | undefined; readonly encoder: WordEncoder } | undefined
  /** Whether some of its vectors change while training all the same. */
  readonly changing?: boolean | undefined
  /** What that encoder makes of the captions, if it was worked out before. */
  readonly codes?: CaptionCodes | undefined
}

/** Data with captions. */
export interface WordsData extends ArrayDataset {
  readonly words?: GivenWords | undefined
}

/** A checksum of a tokeniser, by its files. */
export function tokenizerSum({ files }: Pick<CaptionTokenizer, 'files'>): string {
  const names = [...files()].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return checksum(...names.flatMap(([name, bytes]) => [new TextEncoder().encode(name), bytes]))
}

/** A checksum of a text encoder, by its weights. */
export function encoderSum({ weights }: Pick<WordEncoder, 'weights'>): string {
  return checksum(new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength))
}

/**
 * The captions of each item.
 *
 * @throws TweedieError `usage` where there are none
 */
export function captionsOf({
  name,
  captions,
}: Pick<ArrayDataset, 'name' | 'captions'>): NonNullable<ArrayDataset['captions']> {
  if (captions?.some((each) => each.length > 0)) return captions
  throw new TweedieError('usage', `\`captions\`: ${name} has no captions`, {
    hint: 'put metadata.jsonl or metadata.csv beside the pictures, or a .txt of the same name beside each',
  })
}
