/** Options of `sample` for models of values. */
import { oneOf, options, text, whole } from '../../../options.ts'
import { arithmetics } from '../../choices.ts'
import {
  classOptions,
  conditionOptions,
  gridOptions,
  lengthOptions,
  overlapOptions,
  walkOptions,
} from '../../draw-options.ts'
import { clipOptions, gaussianOptions, guidanceOptions, moreGuidanceOptions } from '../../options.ts'
import { styledOptions } from '../../pictured/options/sample.ts'
import { promptOptions } from '../../words/options/sample.ts'

export const sampleOptions = options({
  ...classOptions,
  ...promptOptions,
  ...styledOptions,
  ...guidanceOptions,
  ...gaussianOptions,
  ...gridOptions,
  ...clipOptions,
  ...lengthOptions,
  ...overlapOptions,
  ...conditionOptions,
  arithmetic: {
    flags: '--arithmetic <kind>',
    help: `${arithmetics.join(', ')} (default: float32). int8: convolutions in whole numbers, up to twice as fast on a cpu with integer dot products, slightly other samples; their ranges are measured first, which pays off from 64 items on`,
    parse: oneOf(arithmetics),
    group: 'More: sampling',
  },
  towards: {
    flags: '--towards <seed>',
    help: 'walk from the noise of --seed to that of this seed, in as many pictures as --count says (with one --class)',
    parse: whole({ min: 0 }),
    group: 'More: sampling',
  },
  data: {
    flags: '--data <path>',
    help: 'for analytic-ddpm and analytic-ddim: the data to measure on (default: the training data)',
    parse: text,
    group: 'More: sampling',
  },
  ...moreGuidanceOptions,
  ...walkOptions,
})
