/** What `info` says of a continuous flow. */
import { shapeText } from '../../words.ts'
import { describeModel } from '../describe-model.ts'
import type { Description } from '../family.ts'
import type { CnfModel } from './model.ts'
import type { FlowSpec } from './flow-spec.ts'

/** Data, the solve that was trained, and how far its grid was from exact. */
export function describe(model: CnfModel): Description {
  const { meta, frame, flow } = model
  const { gridGap } = meta.training
  const described = describeModel(model, {
    rows: [['data', `${meta.data.name}: ${meta.data.kind} ${shapeText(frame.item)}`]],
    noise: { facts: { flow, gridGap: gridGap ?? null }, text: 'white, at the end of the path' },
  })
  const gap = typeof gridGap === 'number' ? `${gridGap} nats from exact` : undefined
  return {
    facts: described.facts,
    rows: [...described.rows, ['trained by', flowText(flow)], ['training grid', gap]],
  }
}

/** The loss, and how it is solved. */
export function flowText({ solver, steps, trace, kinetic, jacobian, values }: FlowSpec): string {
  const penalties = Object.entries({ kinetic, jacobian }).flatMap(([name, x]) => (x > 0 ? [`${name} ${x}`] : []))
  return [
    `maximum likelihood through ${solver}, ${steps} steps`,
    `${trace} trace`,
    ...penalties,
    ...(values === null ? [] : [`${values} values dequantised`]),
  ].join(', ')
}
