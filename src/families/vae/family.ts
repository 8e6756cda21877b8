/** Variational autoencoders of images, points and other numbers. */
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { Family } from '../family.ts'
import { describe } from './describe.ts'
import { painter } from './draw.ts'
import { explain, lossText } from './explain.ts'
import { exportHalf } from './export.ts'
import { further } from './further.ts'
import { evaluate } from './judge.ts'
import { decode, encode } from './latents.ts'
import { vaeFolderOf, type VaeModel, vaeOf } from './model.ts'
import { preview } from './preview.ts'
import { vaeProblem } from './problem.ts'
import { checkVaeSpec, parseSpec, type VaeTrainSpec } from './spec.ts'
import { specOf } from './spec-of.ts'

export const vaeFamily: Family<VaeTrainSpec, ArrayDataset, VaeModel> = Object.freeze<
  Family<VaeTrainSpec, ArrayDataset, VaeModel>
>({
  name: 'vae',
  specOf,
  parseSpec,
  explain,
  lossText,
  preview,
  further,
  problem(spec, data) {
    requireValues(data)
    checkVaeSpec(spec)
    return vaeProblem(spec, data)
  },
  read: vaeOf,
  write: vaeFolderOf,
  describe,
  can: { draw: painter, encode, decode, evaluate, export: exportHalf },
})

function requireValues({ kind, name }: TrainData): void {
  if (kind !== 'tokens') return
  throw new TweedieError('usage', `${name}: tokens, and an autoencoder of this family is of numbers`)
}
