/** What a model's folder says of the captions that it was trained on. */
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { spreadOver } from './known-text.ts'

/** How many examples are kept. */
const examples = 8

/** The record of captions, `data.captions` of `tweedie.json`. */
export interface CaptionRecord {
  /** Some of them, each another one. */
  readonly examples: string[]
}

/** The record of data. */
export function captionRecord({ captions = [] }: Pick<ArrayDataset, 'captions'>): CaptionRecord {
  const texts = captions.flatMap(([first]) => (first === undefined || first === '' ? [] : [first]))
  const some = Array.from(spreadOver(texts.length, Math.min(texts.length, 8 * examples)), (i) => texts[i]!)
  return { examples: [...new Set(some)].slice(0, examples) }
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
