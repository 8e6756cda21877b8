/** Text whose embeddings are diffused by Gaussian noise, and learned with the network (Diffusion-LM). */
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import { exportNetwork } from '../export-network.ts'
import type { Family } from '../family.ts'
import { checkSpec, type EmbeddedTrainSpec } from '../spec.ts'
import { painter } from './draw.ts'
import { describe } from './describe.ts'
import { evaluate } from './judge.ts'
import { embeddingFolderOf, type EmbeddingModel, embeddingModelOf } from './model.ts'
import { embeddedProblem } from './problem.ts'

export const embeddingsFamily: Family<EmbeddedTrainSpec, CategoricalDataset, EmbeddingModel> = Object.freeze<
  Family<EmbeddedTrainSpec, CategoricalDataset, EmbeddingModel>
>({
  name: 'embeddings',
  problem(spec, data) {
    checkSpec(spec)
    return embeddedProblem(spec, data)
  },
  read: (folder) => embeddingModelOf(folder),
  write: embeddingFolderOf,
  describe,
  can: { draw: painter, evaluate, export: exportNetwork },
})
