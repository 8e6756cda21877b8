/** Variational autoencoders: what is known without loading the family. */
import { isArrays } from '../../files/data/any-dataset.ts'
import type { FamilyEntry } from '../family.ts'
import { classNames } from './classes.ts'
import { evalOptions } from '../coded/options/eval.ts'
import { exportOptions } from './options/export.ts'
import { sampleOptions } from '../coded/options/sample.ts'
import { trainOptions } from './options/train.ts'

/** Images, points, states of fields and other numbers, as codes with a Gaussian law. */
export const vae: FamilyEntry = Object.freeze<FamilyEntry>({
  name: 'vae',
  of: 'codes of images and points',
  options: { train: trainOptions, sample: sampleOptions, eval: evalOptions, export: exportOptions },
  networks: classNames,
  accepts: (data, { model }) => model === 'vae' && (isArrays(data) || data.kind === 'trajectory'),
  load: async () => (await import('./family.ts')).vaeFamily,
})
