/** The options of `train` for continuous flows. */
import { oneOf, options, real, whole } from '../../../options.ts'
import { flowSolvers, traces } from '../../choices.ts'
import { sizeOptions } from '../../train-options.ts'

const group = 'More: continuous flows (--model cnf)'

export const trainOptions = options({
  ...sizeOptions,
  solver: {
    flags: '--solver <name>',
    help: `method of the solve: ${flowSolvers.join(', ')} (default: rk4)`,
    parse: oneOf(flowSolvers),
    group,
  },
  solverSteps: {
    flags: '--solver-steps <n>',
    help: 'its steps from data to noise (default: 10; of midpoint 20, of euler 40)',
    parse: whole({ max: 1000 }),
    group,
  },
  trace: {
    flags: '--trace <kind>',
    help: `of the field's Jacobian: ${traces.join(', ')} (default: exact up to 4 dimensions, else rademacher)`,
    parse: oneOf(traces),
    group,
  },
  kinetic: {
    flags: '--kinetic <x>',
    help: 'weight of the kinetic energy |v|², which straightens paths (default: 0.01)',
    parse: real({ min: 0, max: 1000 }),
    group,
  },
  jacobian: {
    flags: '--jacobian <x>',
    help: "weight of the squares of the field's Jacobian (default: 0.01)",
    parse: real({ min: 0, max: 1000 }),
    group,
  },
  timeScale: {
    flags: '--time-scale <x>',
    help: "the network's time from data to noise: small is smooth in time (default: 10; with --from, that of the model)",
    parse: real({ min: 0.01, max: 10_000 }),
    group,
  },
  values: {
    flags: '--values <n>',
    help: 'of images: how many shades they have, equally spaced, which are dequantised (default: 256 for bytes)',
    parse: whole({ min: 2, max: 65_536 }),
    group,
  },
})
