/** Options of `edit` for models of values. */
import { oneOf, options, real, text, whole } from '../../../options.ts'
import { classOptions, fitOptions, gridOptions } from '../../draw-options.ts'
import { clipOptions, guidanceOptions } from '../../options.ts'

const methods = ['sdedit', 'invert'] as const

export const editOptions = options({
  strength: {
    flags: '--strength <t>',
    help: 'how far: 0.2 hardly, 0.5 (default), 0.8 nearly all; of a walk 1',
    parse: real({ min: 0, max: 1 }),
  },
  method: {
    flags: '--method <name>',
    help: 'sdedit (default): add noise and denoise; invert: encode and decode by DDIM',
    parse: oneOf(methods),
  },
  class: { ...classOptions.class, help: 'the class that it shall have, by name or number' },
  from: {
    flags: '--from <class>',
    help: 'invert: the class that it has (default: that of --class)',
    parse: text,
  },
  guidance: {
    ...guidanceOptions.guidance,
    help: 'how much more the class counts: 0 (default) as learned, 1 to 4 more so',
  },
  to: {
    flags: '--to <picture>',
    help: 'walk to this picture instead: -n pictures from one to the other',
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
