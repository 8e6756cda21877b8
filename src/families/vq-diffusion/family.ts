/** Discrete diffusion of a vector-quantised autoencoder's tokens. */
import { exportNetwork } from '../export-network.ts'
import type { Family } from '../family.ts'
import { preview } from '../tokens/preview.ts'
import { lossText } from '../tokens/explain.ts'
import { decode, encode } from './codes.ts'
import type { TokenMaps } from './data.ts'
import { describe, explain } from './describe.ts'
import { painter } from './draw.ts'
import { further } from './further.ts'
import { evaluate } from './judge.ts'
import { vqDiffusionFolderOf, type VqDiffusionModel, vqDiffusionOf } from './model.ts'
import { prepareMaps } from './prepare.ts'
import { vqDiffusionProblem } from './problem.ts'
import { asTokens, parseSpec, type VqDiffusionSpec } from './spec.ts'
import { specOf } from './spec-of.ts'

export const vqDiffusionFamily: Family<VqDiffusionSpec, TokenMaps, VqDiffusionModel> = Object.freeze<
  Family<VqDiffusionSpec, TokenMaps, VqDiffusionModel>
>({
  name: 'vq-diffusion',
  prepare: prepareMaps,
  specOf,
  parseSpec,
  explain,
  lossText: (spec, loss) => lossText(asTokens(spec), loss),
  preview: ({ prior }) => preview(prior),
  further,
  problem: vqDiffusionProblem,
  read: vqDiffusionOf,
  write: vqDiffusionFolderOf,
  describe,
  can: {
    draw: painter,
    encode,
    decode,
    evaluate,
    export: (model, options, setting) => exportNetwork({ ...model.prior, meta: model.meta }, options, setting),
    network: (model) => ({ part: model.prior, with: (network) => ({ ...model, prior: { ...model.prior, network } }) }),
  },
})
