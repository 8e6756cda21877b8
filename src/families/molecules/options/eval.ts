/** Options of `eval` for molecules. */
import { options, real, whole } from '../../../options.ts'
import { gaussianOptions, heldOutOptions } from '../../options.ts'

export const evalOptions = options({
  ...heldOutOptions,
  sampler: gaussianOptions.sampler,
  steps: gaussianOptions.steps,
  spacing: gaussianOptions.spacing,
  eta: gaussianOptions.eta,
  churn: gaussianOptions.churn,
  threshold: {
    flags: '--threshold <x>',
    help: 'ångström between a conformer and one that counts as the same (default: 0.2)',
    parse: real({ min: 0.001, max: 10 }),
    group: 'Molecules',
  },
  mostMolecules: {
    flags: '--most-molecules <n>',
    help: 'how many molecules it is judged by (default: all)',
    parse: whole(),
    group: 'Molecules',
  },
})
