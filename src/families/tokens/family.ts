/** Text, maps, tables and images of few levels under a discrete process. */
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import { exportNetwork } from '../export-network.ts'
import type { Family } from '../family.ts'
import { checkSpec, type TokenTrainSpec } from '../spec.ts'
import { painter } from './draw.ts'
import { listSamplers } from './list-samplers.ts'
import { describe } from './describe.ts'
import { evaluate } from './judge.ts'
import { tokenFolderOf, type TokenModel, tokenModelOf } from './model.ts'
import { tokenProblem } from './problem.ts'

export const tokensFamily: Family<TokenTrainSpec, CategoricalDataset, TokenModel> = Object.freeze<
  Family<TokenTrainSpec, CategoricalDataset, TokenModel>
>({
  name: 'tokens',
  problem(spec, data) {
    checkSpec(spec)
    return tokenProblem(spec, data)
  },
  read: (folder) => tokenModelOf(folder),
  write: tokenFolderOf,
  describe,
  samplers: listSamplers,
  can: { draw: painter, evaluate, export: exportNetwork },
})
