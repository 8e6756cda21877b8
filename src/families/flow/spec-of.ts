/** From data and options to the specification of a flow's training run. */
import { flowClasses } from '../../diffusion/flow/classes.ts'
import { classesOf } from '../../engine/nn/condition-spec.ts'
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { type SharedTrainValues, sharedChoices } from '../base-spec.ts'
import type { OwnParts } from '../family.ts'
import { networkChoice } from '../network-choice.ts'
import { defaultFlowSpec } from './defaults.ts'
import { flowOf } from './flow-of.ts'
import type { trainOptions } from './options/train.ts'
import { flowProblem } from './problem.ts'
import { chooseShades } from './shades.ts'
import { checkFlowSpec, type FlowTrainSpec } from './spec.ts'

/** The options as they are given. */
export type FlowTrainValues = SharedTrainValues & ValuesOf<typeof trainOptions>

/** The specification. @throws TweedieError `usage` for options that contradict each other or the data, or have no effect */
export function specOf(data: ArrayDataset, values: OptionValues, own: OwnParts): FlowTrainSpec {
  const options: FlowTrainValues = values
  const network = networkChoice(options, own, flowClasses)
  if (network !== undefined && Object.keys(network.config).length > 0 && options.dropout !== undefined) {
    throw new TweedieError('usage', '`dropout` is for the default network, and `network` names another', {
      hint: 'change it in the configuration of the network',
    })
  }
  const spec = defaultFlowSpec(data, {
    ...sharedChoices(options),
    network,
    widths: options.widths,
    depth: options.depth,
    dropout: options.dropout,
    flip: options.flip,
    labelDropout: options.labelDropout,
    shades: chooseShades(data, options.values),
  })
  if ((options.widths?.length ?? 1) > 1) {
    throw new TweedieError('usage', '`widths`: the networks of a flow have one width', { hint: '`widths: 128`' })
  }
  checkFlowSpec(spec)
  flowProblem(spec, data, own)
  if (options.labelDropout !== undefined && classesOf(flowOf(spec.network, own)) === 0) {
    throw new TweedieError('usage', '`labelDropout`: there are no classes to leave out', {
      hint: (options as OptionValues)['unconditional']
        ? 'without `unconditional` there may be'
        : 'it is for labelled data',
    })
  }
  return spec
}
