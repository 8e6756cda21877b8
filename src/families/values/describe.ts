/** What `info` says of a model of values. */
import { shapeText } from '../../words.ts'
import { stylesRows } from '../pictured/describe-styles.ts'
import { wordsFacts, wordsRows } from '../words/describe-words.ts'
import { describeModel } from '../describe-model.ts'
import { describeNoise } from '../describe-noise.ts'
import type { Description } from '../family.ts'
import type { Model } from './model.ts'
import { recalls } from './self-conditioned/recalls.ts'

/** Data, patches, noise. */
export function describe(model: Model): Description {
  const { frame, meta, sampling } = model
  const patches = frame.patch > 1 ? `, patches of ${frame.patch}` : ''
  return describeModel(model, {
    rows: [
      ['data', `${meta.data.name}: ${meta.data.kind} ${shapeText(frame.item)}`],
      ['network sees', `${shapeText(frame.network)}${patches}`],
      ...wordsRows(model),
      ['preconditioned', model.law && `by a Gaussian of ${model.law.variances.length} patterns in space`],
      ['recalls', recalls(model) ? 'what it estimated a step before' : undefined],
      ...stylesRows(model),
      ['sampled in', sampling.jumps ? `${sampling.steps} of its own steps, by ${sampling.sampler}` : undefined],
    ],
    noise: describeNoise(model),
    facts: wordsFacts(model),
  })
}
