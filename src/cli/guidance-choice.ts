/** What guides samples, from options; files are opened, and what does not go together is refused. */
import { TweedieError } from '../errors.ts'
import { readBytes } from '../files/io/node/files.ts'
import type { ModelGuidance } from '../families/values/guided.ts'
import { decodeNoisyClassifier } from '../families/values/noisy-classifier.ts'
import type { Model } from '../families/values/model.ts'
import { classNumbers } from './edit-classes.ts'
import type { GuidanceCommandOptions } from './guidance-options.ts'
import { openModel } from './open-model.ts'

/** The guidance of a model. */
export async function chooseGuidance(model: Model, options: GuidanceCommandOptions): Promise<ModelGuidance> {
  const { guidance: w = 0, guidanceRescale: rescale, guidanceInterval: interval } = options
  const { negative, weak, classifier, classifierScale } = options
  if (w === 0) {
    const idle = { negative, weak, 'guidance-rescale': rescale }
    const name = Object.entries(idle).find(([, value]) => value !== undefined)?.[0]
    if (name !== undefined) throw new TweedieError('usage', `--${name} without --guidance changes nothing`)
  }
  if (classifierScale !== undefined && classifier === undefined) {
    throw new TweedieError('usage', '--classifier-scale needs --classifier')
  }
  const bytes = classifier === undefined ? undefined : await readBytes(classifier, 'model')
  if (classifier !== undefined && bytes === undefined) throw new TweedieError('model', `${classifier}: no such file`)
  return {
    w,
    negative: negative === undefined ? undefined : classNumbers(model, negative, 1, '--negative')[0],
    weak: weak === undefined ? undefined : await openModel(weak),
    classifier: bytes && decodeNoisyClassifier(bytes, classifier),
    classifierScale,
    ...(rescale !== undefined && { rescale }),
    ...(interval && { interval }),
  }
}
