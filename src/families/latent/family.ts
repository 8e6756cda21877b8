/** Diffusion in the codes of an autoencoder. */
import type { Family } from '../family.ts'
import { preview as previewOfValues } from '../values/preview.ts'
import type { LatentData } from './data.ts'
import { describe, explain, lossText } from './describe.ts'
import { painter } from './draw.ts'
import { editItem } from './edit-item.ts'
import { evaluate } from './judge.ts'
import { exportModel, exportSampler, reference } from './export.ts'
import { further } from './further.ts'
import { decode, encode } from './latents.ts'
import { restoreItem } from './restore-item.ts'
import { latentFolderOf, type LatentModel, latentOf } from './model.ts'
import { prepareLatents } from './prepare.ts'
import { latentProblem } from './problem.ts'
import { checkLatentSpec, type LatentTrainSpec, parseSpec } from './spec.ts'
import { specOf } from './spec-of.ts'
import { shownBy } from './windows/code-windows.ts'

export const latentFamily: Family<LatentTrainSpec, LatentData, LatentModel> = Object.freeze<
  Family<LatentTrainSpec, LatentData, LatentModel>
>({
  name: 'latent',
  prepare: prepareLatents,
  specOf,
  parseSpec,
  explain,
  lossText,
  preview: (model) => previewOfValues({ ...model.prior, ...shownBy(model) }),
  further,
  problem(spec, data, own) {
    checkLatentSpec(spec, own)
    return latentProblem(spec, data, own)
  },
  read: latentOf,
  write: latentFolderOf,
  describe,
  can: {
    draw: painter,
    encode,
    decode,
    restore: restoreItem,
    edit: editItem,
    assimilate: async (...given) => (await import('./windows/assimilate.ts')).assimilate(...given),
    evaluate,
    export: exportModel,
    exportSampler,
    reference,
    network: (model) => ({ part: model.prior, with: (network) => ({ ...model, prior: { ...model.prior, network } }) }),
  },
})
