/** Diffusion in the codes of an autoencoder: what is known without loading the family. */
import { isArrays } from '../../files/data/any-dataset.ts'
import type { FamilyEntry } from '../family.ts'
import { assimilateOptions } from './options/assimilate.ts'
import { editOptions } from './options/edit.ts'
import { evalOptions } from './options/eval.ts'
import { exportOptions } from './options/export.ts'
import { restoreOptions } from './options/restore.ts'
import { refusals } from './options/refusals.ts'
import { sampleOptions } from './options/sample.ts'
import { trainOptions } from './options/train.ts'

/** Images, points, fields and other numbers by way of an autoencoder's codes. */
export const latent: FamilyEntry = Object.freeze<FamilyEntry>({
  name: 'latent',
  of: 'images and points by their codes',
  options: {
    train: trainOptions,
    sample: sampleOptions,
    restore: restoreOptions,
    edit: editOptions,
    assimilate: assimilateOptions,
    eval: evalOptions,
    export: exportOptions,
  },
  refusals,
  accepts: (data, { model, latents }) =>
    (isArrays(data) || data.kind === 'trajectory') &&
    (model === 'latent' || (model === undefined && latents !== undefined)),
  // a pipeline of diffusers
  wrote: ({ data }) => data.latents !== undefined,
  load: async () => (await import('./family.ts')).latentFamily,
})
