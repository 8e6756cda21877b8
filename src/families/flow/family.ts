/** Normalising flows of images, points and other numbers. */
import { isArrays } from '../../files/data/any-dataset.ts'
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { Family } from '../family.ts'
import { bound } from './bound.ts'
import { describe } from './describe.ts'
import { painter } from './draw.ts'
import { explain, lossText } from './explain.ts'
import { exportFlow } from './export.ts'
import { further } from './further.ts'
import { evaluate } from './judge.ts'
import { decode, encode } from './latents.ts'
import { flowFolderOf, type FlowModel, flowModelOf } from './model.ts'
import { preview } from './preview.ts'
import { flowProblem } from './problem.ts'
import { checkFlowSpec, type FlowTrainSpec, parseSpec } from './spec.ts'
import { specOf } from './spec-of.ts'

export const flowFamily: Family<FlowTrainSpec, ArrayDataset, FlowModel> = Object.freeze<
  Family<FlowTrainSpec, ArrayDataset, FlowModel>
>({
  name: 'flow',
  specOf,
  parseSpec,
  explain,
  lossText,
  preview,
  further,
  problem(spec, data, own) {
    requireValues(data)
    checkFlowSpec(spec)
    return flowProblem(spec, data, own)
  },
  read: flowModelOf,
  write: flowFolderOf,
  describe,
  can: { draw: painter, evaluate, bound, encode, decode, export: exportFlow },
})

function requireValues(data: TrainData): void {
  if (isArrays(data)) return
  throw new TweedieError('usage', `${data.name}: ${data.kind} have no density, and a flow learns one`, {
    hint: 'leave `model` out: there are models of them',
  })
}
