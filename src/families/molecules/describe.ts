/** What `info` says of a model of molecules. */
import { describeModel } from '../describe-model.ts'
import type { Description } from '../family.ts'
import type { MoleculeModel } from './model.ts'

/** Atoms, elements, noise. */
export function describe(model: MoleculeModel): Description {
  const { meta, network, elements, schedule } = model
  return describeModel(model, {
    rows: [
      ['data', `${meta.data.name}: molecules of up to ${network.inputShape[0]} atoms, positions in ångström`],
      ['elements', `${elements.join(', ')} (atomic numbers)`],
    ],
    facts: { elements },
    noise: {
      facts: { noise: { ...meta.schedule } },
      text: `${schedule.name}, without a centre, up to ${schedule.sigma(1)} ångström`,
    },
  })
}
