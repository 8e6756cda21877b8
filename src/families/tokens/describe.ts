/** What `info` says of a model of tokens. */
import type { DiscreteSpec } from '../../diffusion/discrete/spec.ts'
import { shapeText } from '../../words.ts'
import { describeModel } from '../describe-model.ts'
import type { Description } from '../family.ts'
import type { TokenModel } from './model.ts'

/** Data, states, the process. */
export function describe(model: TokenModel): Description {
  const { vocabulary, shape, process, meta } = model
  const kind = vocabulary.kind === 'text' ? `text, ${vocabulary.tokenizer.kind}` : vocabulary.kind
  return describeModel(model, {
    rows: [
      ['data', `${meta.data.name}: ${kind} ${shapeText(shape)}`],
      ['network sees', `${shapeText(shape)} of ${process.states} states, and tells ${process.categories} categories`],
    ],
    noise: { facts: { process: meta.process }, text: processText(process.spec) },
  })
}

/** The kernel that corrupts tokens, and the objective. */
export function processText({ kernel, schedule, steps, objective, lambda = 1 }: DiscreteSpec): string {
  const time = steps === null ? 'continuous time' : `${steps} steps`
  return `${objective}${objective === 'hybrid' ? ` (λ ${lambda})` : ''}, ${kernel} kernel, ${schedule}, ${time}`
}
