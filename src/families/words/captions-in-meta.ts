/** What a model's folder says of the captions that it was trained on. */
import type { WordEncoder, Words } from '../../compiled/words.ts'
import { TweedieError } from '../../errors.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { spreadOver } from './known-text.ts'

/** How many examples are kept. */
const examples = 8

/** The record of captions, `data.captions` of `tweedie.json`. */
export interface CaptionRecord {
  /** Some of them, each another one. */
  readonly examples: string[]
  /** How text encoders are used, where not as they are: layers that are left out at the end, and whether the norm behind the last is applied. */
  readonly skip?: number
  readonly finalNorm?: boolean
}

/** The record of data. */
export function captionRecord(
  { captions = [] }: Pick<ArrayDataset, 'captions'>,
  { encoders }: Pick<Words, 'encoders'>,
): CaptionRecord {
  const texts = captions.flatMap(([first]) => (first === undefined || first === '' ? [] : [first]))
  const some = Array.from(spreadOver(texts.length, Math.min(texts.length, 8 * examples)), (i) => texts[i]!)
  const { skip, finalNorm } = encoders[0]!
  return {
    examples: [...new Set(some)].slice(0, examples),
    ...(skip > 0 && { skip }),
    ...(finalNorm !== undefined && { finalNorm }),
  }
}

/** How a model's encoders are used. @throws TweedieError `model` for what makes no sense */
export function mannerOf({ data }: Pick<TweedieMeta, 'data'>): Pick<WordEncoder, 'skip' | 'finalNorm'> {
  const { skip = 0, finalNorm } = (data['captions'] ?? {}) as Partial<Record<'skip' | 'finalNorm', unknown>>
  const isKnown = finalNorm === undefined || typeof finalNorm === 'boolean'
  if (Number.isInteger(skip) && (skip as number) >= 0 && isKnown) {
    return { skip: skip as number, ...(finalNorm !== undefined && { finalNorm: finalNorm as boolean }) }
  }
  throw new TweedieError(
    'model',
    `tweedie.json: data.captions says skip ${String(skip)}, finalNorm ${String(finalNorm)}: a number of layers, true or false`,
  )
}

/** Whether a text is one prompt, and not several. */
function isOne(text: string): boolean {
  return !/(^|\s)AND(\s|$)/.test(text)
}

/** Captions like those of its training, at least one: the empty text where none is known. */
export function exampleCaptions({ data }: Pick<TweedieMeta, 'data'>): readonly string[] {
  const record = data['captions'] as Partial<CaptionRecord> | undefined
  const known = Array.isArray(record?.examples)
    ? record.examples.filter((each) => typeof each === 'string' && isOne(each))
    : []
  return known.length > 0 ? known : ['']
}
