/** Text whose embeddings are diffused by Gaussian noise, and learned with the network (Diffusion-LM). */
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import { exportNetwork } from '../export-network.ts'
import type { Family } from '../family.ts'
import { painter } from './draw.ts'
import { requireTokens } from '../token-data.ts'
import { describe } from './describe.ts'
import { evaluate } from './judge.ts'
import { explain } from './explain.ts'
import { embeddingFolderOf, type EmbeddingModel, embeddingModelOf } from './model.ts'
import { further } from './further.ts'
import { preview } from './preview.ts'
import { embeddedProblem } from './problem.ts'
import { checkEmbeddedSpec, type EmbeddedTrainSpec, parseSpec } from './spec.ts'
import { specOf } from './spec-of.ts'

export const embeddingsFamily: Family<EmbeddedTrainSpec, CategoricalDataset, EmbeddingModel> = Object.freeze<
  Family<EmbeddedTrainSpec, CategoricalDataset, EmbeddingModel>
>({
  name: 'embeddings',
  specOf,
  parseSpec,
  explain,
  preview,
  further,
  problem(spec, data, own) {
    requireTokens(data)
    checkEmbeddedSpec(spec, own)
    return embeddedProblem(spec, data, own)
  },
  read: embeddingModelOf,
  write: embeddingFolderOf,
  describe,
  can: { draw: painter, evaluate, export: exportNetwork },
})
