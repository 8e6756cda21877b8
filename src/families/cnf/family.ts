/** Continuous flows trained by maximum likelihood through the solve of their equation. */
import { isArrays } from '../../files/data/any-dataset.ts'
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import { exportNetwork } from '../export-network.ts'
import type { Family } from '../family.ts'
import { describe } from './describe.ts'
import { painter } from './draw.ts'
import { explain, lossText } from './explain.ts'
import { beginWith, further } from './further.ts'
import { evaluate } from './judge.ts'
import { decode, encode } from './latents.ts'
import { listSamplers } from './list-samplers.ts'
import { cnfFolderOf, type CnfModel, cnfModelOf } from './model.ts'
import { cnfProblem } from './problem.ts'
import { checkCnfSpec, type CnfTrainSpec, parseSpec } from './spec.ts'
import { specOf } from './spec-of.ts'

export const cnfFamily: Family<CnfTrainSpec, ArrayDataset, CnfModel> = Object.freeze<
  Family<CnfTrainSpec, ArrayDataset, CnfModel>
>({
  name: 'cnf',
  specOf,
  parseSpec,
  explain,
  lossText,
  further,
  beginWith,
  preview: ({ frame }) => ({ options: { count: frame.item.length === 3 ? 36 : 1000 } }),
  problem(spec, data, own) {
    requireValues(data)
    checkCnfSpec(spec)
    return cnfProblem(spec, data, own)
  },
  read: cnfModelOf,
  write: cnfFolderOf,
  describe,
  samplers: listSamplers,
  can: { draw: painter, encode, decode, evaluate, export: exportNetwork },
})

function requireValues(data: TrainData): void {
  if (isArrays(data)) return
  throw new TweedieError('usage', `${data.name}: ${data.kind}, and a continuous flow is of numbers`)
}
