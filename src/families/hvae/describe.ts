/** What `info` says of a hierarchy of codes. */
import { shapeText, thousands } from '../../words.ts'
import { boundOfMeta } from '../coded/meta.ts'
import { boundText, lawText } from '../coded/text.ts'
import type { Description } from '../family.ts'
import { kindOf, levelsText } from './explain.ts'
import type { HvaeModel } from './model.ts'

/** The class, the levels, the law, the objective. */
export function describe({ network, layout, law, frame, meta }: HvaeModel): Description {
  const { className, config, latentShapes } = network
  const training = Object.entries(meta.training).map(([key, value]) => `${key} ${JSON.stringify(value)}`)
  return {
    facts: {
      family: 'hvae',
      network: className,
      parameters: layout.size,
      config,
      data: meta.data,
      objective: meta.objective,
      latentShapes,
      hierarchy: kindOf(network),
      law,
      training: meta.training,
    },
    rows: [
      ['network', className],
      ['parameters', thousands(layout.size)],
      ['data', `${meta.data.name}: ${meta.data.kind} ${shapeText(frame.item)}`],
      ['levels', levelsText(network)],
      ['law of data', lawText(law)],
      ['objective', boundText(boundOfMeta(meta))],
      ['training', training.length > 0 ? training.join(', ') : undefined],
    ],
  }
}
