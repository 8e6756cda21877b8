/** What `info` says of a flow. */
import { isSequential, roundsOf } from '../../diffusion/flow/stages.ts'
import { shapeText } from '../../words.ts'
import { describeModel } from '../describe-model.ts'
import type { Description } from '../family.ts'
import { inverseText } from './explain.ts'
import type { FlowModel } from './model.ts'

/** Data, shades, the way back. */
export function describe(model: FlowModel): Description {
  const { frame, meta, network, shades } = model
  const { bijection } = network
  const within = shades === null ? '' : `, ${shades} shades`
  return describeModel(model, {
    rows: [
      ['data', `${meta.data.name}: ${meta.data.kind} ${shapeText(frame.item)}${within}`],
      ['flow takes', `${shapeText(frame.network)}, has ${inverseText(network)}`],
    ],
    noise: {
      facts: { shades, sequential: isSequential(bijection), rounds: roundsOf(bijection) },
      text: shades === null ? 'none' : 'none but that within the shades',
    },
  })
}
