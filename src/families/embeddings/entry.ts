/** Tokens as noisy embeddings (Diffusion-LM): what is known without loading the family. */
import type { FamilyEntry } from '../family.ts'
import { evalOptions } from './options/eval.ts'
import { sampleOptions } from './options/sample.ts'
import { trainOptions } from './options/train.ts'

/** Text whose embeddings are diffused by Gaussian noise. */
export const embeddings: FamilyEntry = Object.freeze<FamilyEntry>({
  name: 'embeddings',
  of: 'text as noisy embeddings',
  options: { train: trainOptions, sample: sampleOptions, eval: evalOptions },
  accepts: ({ kind }, { objective, model }) =>
    kind === 'tokens' && (objective === 'diffusion-lm' || model === 'embeddings'),
  wrote: ({ process, data }) => process === null && data.kind === 'tokens',
  wroteSpec: (spec) => 'embeddings' in spec,
  load: async () => (await import('./family.ts')).embeddingsFamily,
})
