/** Discrete diffusion of a quantiser's tokens: what is known without loading the family. */
import { isArrays } from '../../files/data/any-dataset.ts'
import type { FamilyEntry } from '../family.ts'
import { evalOptions } from './options/eval.ts'
import { refusals } from './options/refusals.ts'
import { sampleOptions } from './options/sample.ts'
import { trainOptions } from './options/train.ts'

/** Images by way of a vector-quantised autoencoder's tokens. */
export const vqDiffusion: FamilyEntry = Object.freeze<FamilyEntry>({
  name: 'vq-diffusion',
  of: 'images by their tokens',
  options: { train: trainOptions, sample: sampleOptions, eval: evalOptions },
  refusals,
  accepts: (data, { model }) => isArrays(data) && model === 'vq-diffusion',
  load: async () => (await import('./family.ts')).vqDiffusionFamily,
})
