/** The options of `train` for hierarchies of codes. */
import { hierarchyKinds } from '../../choices.ts'
import { oneOf, options, real, whole, wholes } from '../../../options.ts'
import { codedGroup as group, codedTrainOptions } from '../../coded/options/train.ts'
import { sizeOptions } from '../../train-options.ts'

export const trainOptions = options({
  ...sizeOptions,
  hierarchy: {
    flags: '--hierarchy <kind>',
    help: `how codes are inferred: ${hierarchyKinds.join(', ')} (default: skip-ladder); plain: each from the one below it, ladder: from the top down, with the data; skip-ladder: besides, every level and the data are generated from all codes above, not from the nearest alone`,
    parse: oneOf(hierarchyKinds),
    group,
  },
  levels: {
    flags: '--levels <n>',
    help: 'levels of codes, each with half the numbers of the one below it (default: 3)',
    parse: whole({ max: 64 }),
    group,
  },
  latentSizes: {
    flags: '--latent-sizes <list>',
    help: 'numbers in the code of each level, the lowest first, such as 32,16,8',
    parse: wholes,
    group,
    conflicts: ['levels'],
  },
  dropout: {
    flags: '--dropout <p>',
    help: 'how much of the hidden activations is dropped in training (default: 0)',
    parse: real({ min: 0, max: 0.9 }),
    group,
  },
  ...codedTrainOptions,
})
