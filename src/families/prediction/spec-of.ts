/** From residuals and options to the specification of a training run. */
import { networkClasses } from '../../engine/nn/network-classes.ts'
import { TweedieError } from '../../errors.ts'
import type { OptionValues } from '../../options.ts'
import type { OwnParts } from '../family.ts'
import { choicesOf, type TrainValues } from '../values/choices-of.ts'
import { defaultSpec } from '../values/default-spec.ts'
import { conditionWidth, type ResidualData, rowCondition } from './data.ts'
import { usualPredictor, usualRun } from './defaults.ts'
import { predictionProblem } from './problem.ts'
import { checkPredictionSpec, type PredictionTrainSpec } from './spec.ts'

/**
 * The specification: that of values, for residuals, with a network that is told the row.
 *
 * @throws TweedieError `usage` for options that contradict each other, the data, or change nothing
 */
export async function specOf(data: ResidualData, values: OptionValues, own: OwnParts): Promise<PredictionTrainSpec> {
  const { centre } = data
  const {
    predictorWidths: _,
    predictorDropout: __,
    bins = usualPredictor.bins,
    crossFit = usualPredictor.crossFit,
    heteroscedastic: ___,
    ...options
  } = values as TrainValues & OptionValues
  const choices = choicesOf(options, own)
  if (
    choices.network !== undefined &&
    choices.network.className !== 'MLP' &&
    networkClasses.includes(choices.network.className)
  ) {
    throw new TweedieError(
      'usage',
      `\`network: ${choices.network.className}\`: rows of a table need an MLP, or one of your own`,
    )
  }
  const usual = usualRun(data.length)
  const sizes = { widths: options.widths ?? usual.widths, depth: options.depth ?? usual.depth }
  const conditions = { [rowCondition]: { kind: 'vector', size: conditionWidth(centre) } }
  const network = choices.network
    ? { ...choices.network, config: { conditions, ...choices.network.config } }
    : { className: 'MLP', config: { width: sizes.widths[0], layers: sizes.depth, dropout: usual.dropout, conditions } }
  const { family: __family, ...spec } = defaultSpec(
    { kind: data.kind, shape: data.shape, length: data.length, classes: 0 },
    {
      ...choices,
      budget: choices.budget ?? usual.budget,
      batch: choices.batch ?? Math.min(usual.batch, data.length),
      optimizer: {
        ...usual.optimizer,
        ...Object.fromEntries(Object.entries(choices.optimizer ?? {}).filter(([, each]) => each !== undefined)),
      },
      network,
    },
  )
  const { widths, dropout, heteroscedastic = false } = centre.predictor.config
  const wanted = {
    ...spec,
    family: 'prediction',
    predictor: { widths, dropout, bins, crossFit, heteroscedastic, sum: centre.sum },
  } as object as PredictionTrainSpec
  checkPredictionSpec(wanted, own)
  await predictionProblem(wanted, data, own)
  return wanted
}
