/** Options of `sample` for models of an autoencoder's codes. */
import { oneOf, options } from '../../../options.ts'
import { valueChoices } from '../../choices.ts'
import { sizeOptions, tileOptions } from './size.ts'
import { sampleOptions as ofValues } from '../../values/options/sample.ts'

const { clip: _, noClip: __, classifier: ___, classifierScale: ____, ...shared } = ofValues

/** What is shown of a decoder's law. */
export const drawOption = options({
  draw: {
    flags: '--draw <what>',
    help: `what to show of a code's law: ${valueChoices.join(', ')} (default: mean, for points sample)`,
    parse: oneOf(valueChoices),
  },
})

export const sampleOptions = options({ ...shared, ...drawOption, ...sizeOptions, ...tileOptions })
