/** Options of `edit` for models of values. */
import { oneOf, options, real, text, whole } from '../../../options.ts'
import { classOptions, fitOptions, gridOptions } from '../../draw-options.ts'
import { styledOptions } from '../../pictured/options/sample.ts'
import { promptOptions } from '../../words/options/sample.ts'
import { clipOptions, guidanceOptions, moreGuidanceOptions } from '../../options.ts'

const methods = ['sdedit', 'invert'] as const

export const editOptions = options({
  strength: {
    flags: '--strength <t>',
    help: 'how much to change: 0.2 little, 0.5 (default), 0.8 nearly all; with --to 1',
    parse: real({ min: 0, max: 1 }),
  },
  method: {
    flags: '--method <name>',
    help: 'sdedit (default): add noise and denoise; invert: encode and decode by DDIM',
    parse: oneOf(methods),
  },
  class: { ...classOptions.class, help: 'the target class, by name or number' },
  from: {
    flags: '--from <class>',
    help: 'invert: its present class (default: that of --class)',
    parse: text,
  },
  prompt: { ...promptOptions.prompt, help: 'what it shall show, of a model that knows words' },
  longPrompts: promptOptions.longPrompts,
  clipSkip: promptOptions.clipSkip,
  style: { ...styledOptions.style, help: 'change it to the style of this picture, of a model that learned styles' },
  fromPrompt: {
    flags: '--from-prompt <text>',
    help: 'invert: what it shows now (default: the prompt)',
    parse: text,
    group: 'Words',
  },
  negative: { ...moreGuidanceOptions.negative, help: 'a text to guide away from', conflicts: [], group: 'Words' },
  guidance: {
    ...guidanceOptions.guidance,
    help: 'strength of guidance towards the class or the prompt: 0 as learned (default), 1 to 4 stronger',
  },
  to: {
    flags: '--to <picture>',
    help: 'interpolate to this picture instead: -n pictures from one to the other',
    parse: text,
  },
  steps: {
    flags: '--steps <n>',
    help: 'steps of the sampler, each way (default: 30)',
    parse: whole({ max: 100_000 }),
  },
  ...fitOptions,
  ...gridOptions,
  clip: { ...clipOptions.clip, group: '' },
  noClip: { ...clipOptions.noClip, group: '' },
})
