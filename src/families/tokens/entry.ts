/** Tokens under a discrete process: what is known without loading the family. */
import type { FamilyEntry } from '../family.ts'
import { evalOptions } from './options/eval.ts'
import { sampleOptions } from './options/sample.ts'
import { trainOptions } from './options/train.ts'

/** Text, maps, tables and images of few levels. */
export const tokens: FamilyEntry = Object.freeze<FamilyEntry>({
  name: 'tokens',
  of: 'tokens',
  options: { train: trainOptions, sample: sampleOptions, eval: evalOptions },
  accepts: ({ kind }) => kind === 'tokens',
  wrote: ({ process }) => process !== null,
  wroteSpec: (spec) => 'process' in spec,
  load: async () => (await import('./family.ts')).tokensFamily,
})
