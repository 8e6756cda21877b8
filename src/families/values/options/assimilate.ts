/** Options of `assimilate` for models of fields. */
import { timeIn } from '../../../files/data/fields/time-cell.ts'
import { oneOf, options, positive, real, text, whole } from '../../../options.ts'

const [what, how] = ['Trajectory and observations', 'Method'] as const

/** Methods that take any measurement, and whose samples are draws of the posterior, as nearly as they can. */
export const assimilationMethods = ['mmps', 'sda', 'pigdm', 'dps'] as const

export const assimilateOptions = options({
  length: {
    flags: '--length <n>',
    help: 'states of the trajectory (default: up to the last observation)',
    parse: whole({ max: 1_000_000 }),
    group: what,
  },
  start: {
    flags: '--start <time>',
    help: 'the time of its first state, such as 2019-03-25T00:00Z (default: of the first observation)',
    parse: (typed: string) => timeIn(typed, '`start`'),
    group: what,
  },
  sigma: {
    flags: '--sigma <x>',
    help: 'standard deviation of the errors of observations, in their units, if the table has no column sigma',
    parse: positive,
    group: what,
  },
  units: {
    flags: '--units <name>',
    help: 'units of the observations, if not those of the model: K, degC',
    parse: text,
    group: what,
  },
  givenSigma: {
    flags: '--given-sigma <x>',
    help: 'standard deviation of the errors of --given fields (default: a hundredth of that of the data)',
    parse: positive,
    group: what,
  },
  method: {
    flags: '--method <name>',
    help: `how to draw: ${assimilationMethods.join(', ')} (default: mmps)`,
    parse: oneOf(assimilationMethods),
    group: how,
  },
  steps: {
    flags: '--steps <n>',
    help: 'steps of the sampler (default: 32)',
    parse: whole({ max: 100_000 }),
    group: how,
  },
  iterations: {
    flags: '--iterations <n>',
    help: 'mmps: iterations of the solver in each step (default: 2)',
    parse: whole({ max: 1000 }),
    group: how,
  },
  zeta: { flags: '--zeta <x>', help: 'dps: length of the step', parse: real({ min: 0 }), group: how },
  stride: {
    flags: '--stride <n>',
    help: 'states from one window to the next (default: half a window)',
    parse: whole(),
    group: how,
  },
  batch: {
    flags: '--batch <n>',
    help: 'windows that the network sees at a time (default: 16)',
    parse: whole(),
    group: how,
  },
})
