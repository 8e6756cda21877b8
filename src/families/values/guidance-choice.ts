/**
 * The guidance of samples, from options. Files and models that they name are opened, and options that do not fit
 * together are refused.
 */
import { TweedieError } from '../../errors.ts'
import type { ValuesOf } from '../../options.ts'
import { classNumbers } from '../class-numbers.ts'
import type { Access } from '../family.ts'
import type { guidanceOptions, moreGuidanceOptions } from '../options.ts'
import type { ModelGuidance } from './guided.ts'
import type { Model } from './model.ts'
import { decodeNoisyClassifier } from './noisy-classifier.ts'

/** The options. */
export type GuidanceOptions = ValuesOf<typeof guidanceOptions & typeof moreGuidanceOptions>

/**
 * The guidance of a model.
 *
 * @throws TweedieError `usage` for options without effect, `model` for a missing classifier or weaker model
 */
export async function chooseGuidance(
  model: Model,
  options: GuidanceOptions,
  access: Pick<Access, 'bytes' | 'model'>,
): Promise<ModelGuidance> {
  const { guidance: w = model.sampling.guidance, guidanceRescale: rescale, guidanceInterval: interval } = options
  const { negative, weak, classifier, classifierScale } = options
  if (w === 0) {
    const idle = { negative, weak, guidanceRescale: rescale }
    const name = Object.entries(idle).find(([, value]) => value !== undefined)?.[0]
    if (name !== undefined) throw new TweedieError('usage', `\`${name}\` without \`guidance\` changes nothing`)
  }
  if (classifierScale !== undefined && classifier === undefined) {
    throw new TweedieError('usage', '`classifierScale` needs `classifier`')
  }
  const bytes = classifier === undefined ? undefined : await access.bytes(classifier)
  return {
    w,
    // of a model that knows words it is a text, which is told with the prompts
    negative: negative === undefined || model.words ? undefined : classNumbers(model, negative, 1, '`negative`')[0],
    // the same family by contract: another is refused
    weak: weak === undefined ? undefined : ((await access.model(weak)) as Model),
    classifier: bytes && decodeNoisyClassifier(bytes, classifier),
    classifierScale,
    ...(rescale !== undefined && { rescale }),
    ...(interval && { interval }),
  }
}
