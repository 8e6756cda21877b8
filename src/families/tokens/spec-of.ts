/** From tokens and options to the specification of a training run. */
import { networkClasses } from '../../engine/nn/network-classes.ts'
import { TweedieError } from '../../errors.ts'
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { type SharedTrainValues, sharedChoices } from '../base-spec.ts'
import type { OwnParts } from '../family.ts'
import { networkChoice } from '../network-choice.ts'
import { withDropout } from '../with-dropout.ts'
import { defaultTokenSpec } from './defaults.ts'
import type { trainOptions } from './options/train.ts'
import { tokenProblem } from './problem.ts'
import { checkTokenSpec, type TokenTrainSpec } from './spec.ts'

/** The options as they are given. */
export type TokenTrainValues = SharedTrainValues & ValuesOf<typeof trainOptions>

/**
 * The specification.
 *
 * @throws TweedieError `usage` for options that contradict each other or the data
 */
export function specOf(data: CategoricalDataset, values: OptionValues, own: OwnParts): TokenTrainSpec {
  const options: TokenTrainValues = values
  const { kernel, processSteps, processSchedule: schedule, tokenObjective: objective, lambda } = options
  if (lambda !== undefined && objective !== 'hybrid') {
    throw new TweedieError('usage', '`lambda` is for `tokenObjective: hybrid`: the bound + λ cross-entropy')
  }
  const usual = defaultTokenSpec(data, {
    ...sharedChoices(options),
    widths: options.widths,
    depth: options.depth,
    network: networkChoice(options, own, networkClasses),
    labelDropout: options.labelDropout,
    process: { kernel, schedule, steps: processSteps === 'continuous' ? null : processSteps, objective, lambda },
  })
  const spec = { ...usual, network: withDropout(usual.network, options.dropout) }
  checkTokenSpec(spec)
  tokenProblem(spec, data, own)
  return spec
}
