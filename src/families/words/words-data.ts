/** Captioned data, with what training on captions needs besides them. */
import type { WordEncoder, Words } from '../../compiled/words.ts'
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
  /** Text encoders that are not trained, and the folder that they are from. */
  readonly frozen?: FrozenWords | undefined
  /** Whether some of its vectors change while training all the same. */
  readonly changing?: boolean | undefined
  /** What these encoders make of the captions, if it was worked out before. */
  readonly codes?: CaptionCodes | undefined
}

/** Text encoders that are not trained. */
export interface FrozenWords {
  readonly words: Words
  readonly path?: string | undefined
  /** Whether they are those of the model in that folder, used as it uses them, and not an encoder that lies there. */
  readonly whole?: boolean | undefined
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

/** A checksum of text encoders, by their weights. */
export function wordsSum({ encoders }: Words): string {
  const [first, ...more] = encoders.map(encoderSum)
  return more.length === 0 ? first! : checksum(new TextEncoder().encode([first, ...more].join()))
}

function encoderSum({ weights, stored, layout }: WordEncoder): string {
  const arrays = stored ? layout.specs.map(({ name }) => stored.get(name)!.data) : [weights]
  return checksum(...arrays.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)))
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
