/** The options of training that do not depend on the family. */
import { sharedTrainOptions } from '../families/train-options.ts'
import { type OptionTable, options, text } from '../options.ts'
import { adaptOptions } from './adapt-options.ts'

/** Which family, and which weights to begin with. */
export const modelOption = options({
  from: { flags: '--from <model>', help: 'train further from the weights of a model', parse: text, group: 'Network' },
  model: {
    flags: '--model <family>',
    help: 'the family of models (default: what suits the data)',
    parse: text,
    group: 'More: network',
  },
})

/** All of them. */
export const generalTrainOptions: readonly OptionTable[] = Object.freeze([
  sharedTrainOptions,
  modelOption,
  adaptOptions,
])
