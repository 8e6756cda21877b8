/** What `info` says of an autoencoder. */
import { sizeOf } from '../../engine/graph/index.ts'
import { shapeText, thousands } from '../../words.ts'
import type { Description } from '../family.ts'
import { boundOfMeta } from '../coded/meta.ts'
import { boundText, lawText } from '../coded/text.ts'
import type { VaeModel } from './model.ts'

/** The class, the code, the law, the objective. */
export function describe({ autoencoder, layout, law, frame, meta }: VaeModel): Description {
  const { className, config, inputShape, latentShape } = autoencoder
  const training = Object.entries(meta.training).map(([key, value]) => `${key} ${JSON.stringify(value)}`)
  return {
    facts: {
      family: 'vae',
      network: className,
      parameters: layout.size,
      config,
      data: meta.data,
      objective: meta.objective,
      latentShape,
      law,
      training: meta.training,
    },
    rows: [
      ['autoencoder', className],
      ['parameters', thousands(layout.size)],
      ['data', `${meta.data.name}: ${meta.data.kind} ${shapeText(frame.item)}`],
      ['encoder sees', shapeText(inputShape)],
      ['code', `${shapeText(latentShape)}: ${thousands(sizeOf(latentShape))} numbers`],
      ['law of data', lawText(law)],
      ['objective', boundText(boundOfMeta(meta))],
      ['training', training.length > 0 ? training.join(', ') : undefined],
    ],
  }
}
