/** The options of `train` for predictions from tables. */
import { oneOf, options, real, wholes } from '../../../options.ts'
import { parametrisations, weightings } from '../../choices.ts'
import { noiseOptions, sizeOptions } from '../../train-options.ts'

const group = 'More: predictions (--target)'

export const trainOptions = options({
  ...sizeOptions,
  predictorWidths: {
    flags: '--predictor-widths <list>',
    help: 'units of the layers of the predictor f, which is fitted first (default: 100,50)',
    parse: wholes,
    group,
  },
  predictorDropout: {
    flags: '--predictor-dropout <p>',
    help: 'dropout of the predictor (default: 0.1)',
    parse: real({ min: 0, max: 0.9 }),
    group,
  },
  crossFit: {
    flags: '--cross-fit',
    help: 'learn residuals of rows that the predictor has not seen: wider answers, for small tables',
    group,
  },
  parametrisation: {
    flags: '--parametrisation <name>',
    help: `what the network predicts: ${parametrisations.join(', ')} (default: v)`,
    parse: oneOf(parametrisations),
    group: 'More: objective',
  },
  weighting: {
    flags: '--weighting <name>',
    help: `weight of each level in the loss: ${weightings.join(', ')} (default: simple)`,
    parse: oneOf(weightings),
    group: 'More: objective',
  },
  ...noiseOptions,
})
