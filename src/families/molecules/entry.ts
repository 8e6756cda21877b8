/** Conformers of molecules: what is known without loading the family. */
import type { FamilyEntry } from '../family.ts'
import { evalOptions } from './options/eval.ts'
import { sampleOptions } from './options/sample.ts'
import { trainOptions } from './options/train.ts'

/** Arrangements in space of the atoms of given molecules. */
export const molecules: FamilyEntry = Object.freeze<FamilyEntry>({
  name: 'molecules',
  of: 'molecules',
  options: { train: trainOptions, sample: sampleOptions, eval: evalOptions, export: {} },
  accepts: (data) => data.kind === 'molecules',
  load: async () => (await import('./family.ts')).moleculeFamily,
})
