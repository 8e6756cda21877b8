/** Text, maps, tables and images of few levels under a discrete process. */
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import { exportNetwork } from '../export-network.ts'
import type { Family } from '../family.ts'
import { painter } from './draw.ts'
import { listSamplers } from './list-samplers.ts'
import { requireTokens } from '../token-data.ts'
import { describe } from './describe.ts'
import { evaluate } from './judge.ts'
import { explain, lossText } from './explain.ts'
import { tokenFolderOf, type TokenModel, tokenModelOf } from './model.ts'
import { further } from './further.ts'
import { preview } from './preview.ts'
import { tokenProblem } from './problem.ts'
import { checkTokenSpec, parseSpec, type TokenTrainSpec } from './spec.ts'
import { specOf } from './spec-of.ts'

export const tokensFamily: Family<TokenTrainSpec, CategoricalDataset, TokenModel> = Object.freeze<
  Family<TokenTrainSpec, CategoricalDataset, TokenModel>
>({
  name: 'tokens',
  specOf,
  parseSpec,
  explain,
  lossText,
  preview,
  further,
  problem(spec, data, own) {
    requireTokens(data)
    checkTokenSpec(spec)
    return tokenProblem(spec, data, own)
  },
  read: tokenModelOf,
  write: tokenFolderOf,
  describe,
  samplers: listSamplers,
  can: {
    draw: painter,
    evaluate,
    export: exportNetwork,
    network: (model) => ({ part: model, with: (network) => ({ ...model, network }) }),
  },
})
