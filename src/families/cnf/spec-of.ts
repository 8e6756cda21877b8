/** From data and options to the specification of a training run. */
import { networkClasses } from '../../engine/nn/network-classes.ts'
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { type SharedTrainValues, sharedChoices } from '../base-spec.ts'
import type { OwnParts } from '../family.ts'
import { networkChoice } from '../network-choice.ts'
import { defaultCnfSpec } from './defaults.ts'
import type { trainOptions } from './options/train.ts'
import { cnfProblem } from './problem.ts'
import { checkCnfSpec, type CnfTrainSpec } from './spec.ts'

/** The options as they are given. */
type CnfTrainValues = SharedTrainValues & ValuesOf<typeof trainOptions>

/**
 * The specification.
 *
 * @throws TweedieError `usage` for options that contradict each other or the data
 */
export function specOf(data: ArrayDataset, asked: OptionValues, own: OwnParts): CnfTrainSpec {
  const options: CnfTrainValues = asked
  const { widths, depth, solver, solverSteps: steps, trace, kinetic, jacobian, values, timeScale } = options
  if (values !== undefined && data.kind !== 'image') {
    throw new TweedieError('usage', '`values` is for images: nothing else is known to take a few values only')
  }
  const spec = defaultCnfSpec(data, {
    ...sharedChoices(options),
    size: { widths, depth },
    network: networkChoice(options, own, networkClasses),
    flow: { solver, steps, trace, kinetic, jacobian, values, timeScale },
  })
  checkCnfSpec(spec)
  cnfProblem(spec, data, own)
  return spec
}
