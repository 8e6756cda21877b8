/** The words of a model, and of a training run, in words. */
import type { Words } from '../../compiled/words.ts'
import { type TextEncoder, textEncoderParameters } from '../../engine/nn/text-encoder.ts'
import { textEncoderFromConfig } from '../../engine/nn/text-encoder-registry.ts'
import { thousands } from '../../words.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import type { Row } from '../family.ts'
import { exampleCaptions } from './captions-in-meta.ts'
import type { Worded } from './told.ts'
import type { CaptionSpec } from './caption-spec.ts'
import type { WordsData } from './words-data.ts'

/** What `info` prints of a model; nothing of one without words. */
export function wordsRows({ words, meta, sampling }: Described): readonly Row[] {
  if (!words) return []
  const examples = exampleCaptions(meta).filter((each) => each !== '')
  return [
    ['words', wordsText(words)],
    ['such as', examples.length > 0 ? examples.slice(0, 4).join(' | ') : undefined],
    ['guidance', sampling.guidance === 0 ? undefined : `${sampling.guidance}, unless told otherwise`],
  ]
}

/** The parts of a model that are described. */
interface Described extends Worded {
  readonly meta: TweedieMeta
  readonly sampling: { readonly guidance: number }
}

function wordsText({ encoders }: Words): string {
  return encoders
    .map(({ encoder, layout, tokenizer }) => {
      const reads = `${thousands(tokenizer.vocabulary)} tokens, ${encoder.length} places`
      return `${encoder.className}, ${thousands(layout.size)} parameters, ${reads}`
    })
    .join(' and ')
}

/** The same for programs. */
export function wordsFacts({ words }: Worded): Readonly<Record<string, unknown>> {
  if (!words) return {}
  const facts = words.encoders.map(({ name, encoder, layout, tokenizer, skip }) => ({
    part: name,
    encoder: encoder.className,
    parameters: layout.size,
    vocabulary: tokenizer.vocabulary,
    places: encoder.length,
    ...(skip > 0 && { skip }),
  }))
  return { words: facts }
}

/** What is said of captions before training. */
export function captionsText({ encoder, frozen, dropout }: CaptionSpec, { captions = [], words }: WordsData): string {
  const built = textEncoderFromConfig(encoder.className, encoder.config)
  const texts = captions.reduce((sum, { length }) => sum + length, 0)
  const without = captions.filter(({ length }) => length === 0).length
  return [
    `${thousands(texts)} captions of ${thousands(captions.length)} items${without > 0 ? `, ${thousands(without)} without` : ''}`,
    frozen
      ? frozenText(words?.frozen?.words.encoders ?? [{ encoder: built }], words?.changing === true)
      : `${sizeText(built)}, which learns along`,
    `${thousands(built.vocabulary)} tokens, ${built.length} places`,
    ...(dropout > 0 ? [`left out ${Math.round(100 * dropout)} % of the time`] : []),
  ].join('; ')
}

/** Encoders whose own weights stay; what changes beside them is said elsewhere. */
function frozenText(encoders: readonly { readonly encoder: TextEncoder }[], changing: boolean): string {
  const names = encoders.map(({ encoder }) => sizeText(encoder)).join(' and ')
  return changing ? names : `${names}, which ${encoders.length > 1 ? 'stay as they are' : 'stays as it is'}`
}

function sizeText(encoder: TextEncoder): string {
  return `${encoder.className} with ${thousands(textEncoderParameters(encoder).size)} parameters`
}
