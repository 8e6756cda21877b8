/** Vector-quantised autoencoders: what is known without loading the family. */
import { isArrays } from '../../files/data/any-dataset.ts'
import type { FamilyEntry } from '../family.ts'
import { evalOptions } from './options/eval.ts'
import { sampleOptions } from './options/sample.ts'
import { trainOptions } from './options/train.ts'

/** Images as maps of tokens. */
export const vq: FamilyEntry = Object.freeze<FamilyEntry>({
  name: 'vq',
  of: 'images as maps of tokens',
  options: { train: trainOptions, sample: sampleOptions, eval: evalOptions },
  networks: ['VQModel'],
  accepts: (data, { model }) => isArrays(data) && model === 'vq',
  load: async () => (await import('./family.ts')).vqFamily,
})
