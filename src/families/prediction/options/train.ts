/** The options of `train` for predictions from tables. */
import { oneOf, options, real, whole, wholes } from '../../../options.ts'
import { parametrisations, weightings } from '../../choices.ts'
import { noiseOptions, sizeOptions } from '../../train-options.ts'

const group = 'More: predictions (--target)'

export const trainOptions = options({
  ...sizeOptions,
  predictorWidths: {
    flags: '--predictor-widths <list>',
    help: 'units of the layers of the predictor f, which is fitted first (default: 200,100)',
    parse: wholes,
    group,
  },
  predictorDropout: {
    flags: '--predictor-dropout <p>',
    help: 'dropout of the predictor (default: 0.05)',
    parse: real({ min: 0, max: 0.9 }),
    group,
  },
  bins: {
    flags: '--bins <n>',
    help: 'numbers are seen in so many parts, too, between quantiles of their column; 0: not (default: 16)',
    parse: whole({ min: 0, max: 1000 }),
    group,
  },
  crossFit: {
    flags: '--cross-fit',
    help: 'the predictor is the mean of five, each fitted without a fifth of the rows (default)',
    group,
  },
  noCrossFit: { flags: '--no-cross-fit', help: 'one predictor, fitted on all rows', group },
  heteroscedastic: {
    flags: '--heteroscedastic',
    help: 'the predictor says a deviation for each row, too, and residuals are divided by it',
    group,
  },
  noHeteroscedastic: { flags: '--no-heteroscedastic', help: 'it does not (default)', group },
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
