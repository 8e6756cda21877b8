/** From a table and options to the specification of a training run. */
import { inputSize, outputSize, usualMixedSpec } from '../../diffusion/mixed/index.ts'
import { networkClasses } from '../../engine/nn/network-classes.ts'
import { TweedieError } from '../../errors.ts'
import type { TableDataset } from '../../files/data/table.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { baseSpec, budgetOf, type SharedTrainValues } from '../base-spec.ts'
import type { OwnParts } from '../family.ts'
import { networkChoice } from '../network-choice.ts'
import { withDropout } from '../with-dropout.ts'
import type { NetworkSpec } from '../network-of.ts'
import { processOfPlan } from './model.ts'
import type { trainOptions } from './options/train.ts'
import { planOf } from './plan.ts'
import { rowsProblem } from './problem.ts'
import { checkRowsSpec, type RowsTrainSpec } from './spec.ts'

type Values = SharedTrainValues & ValuesOf<typeof trainOptions>

/** The usual width and layers of the network, and rows to a step. */
const [usualWidth, usualLayers, usualBatch] = [256, 4, 256]

/**
 * The specification.
 *
 * @throws TweedieError `usage` for options that make no sense, `data` for a table in which there is nothing to learn
 */
export function specOf(data: TableDataset, values: OptionValues, own: OwnParts): RowsTrainSpec {
  const options: Values = values
  const { kernel = 'absorbing', categoryWeight = 1, givenShare = 0.5, widths, depth } = options
  if (kernel !== 'absorbing' && kernel !== 'uniform') {
    throw new TweedieError('usage', `\`kernel: ${kernel}\`: tables take absorbing or uniform`)
  }
  const process = usualMixedSpec(kernel)
  const sizes = processOfPlan(process, planOf(data))
  const chosen = networkChoice(options, own, networkClasses)
  const network: NetworkSpec = {
    className: chosen?.className ?? 'MLP',
    config: {
      input_shape: [inputSize(sizes)],
      output_shape: [outputSize(sizes)],
      ...(chosen ? chosen.config : { width: widths?.[0] ?? usualWidth, layers: depth ?? usualLayers }),
    },
  }
  const budget = budgetOf(options) ?? { minutes: 2 }
  const usual = { batch: Math.min(usualBatch, data.length), budget }
  const spec = {
    family: 'rows',
    ...baseSpec(options, withDropout(network, options.dropout), usual),
    process,
    categoryWeight,
    givenShare,
  }
  checkRowsSpec(spec)
  rowsProblem(spec, data, own)
  return spec
}
