/** Variational autoencoders of images, points and other numbers. */
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { boundWith } from '../coded/bound.ts'
import { requireValues } from '../coded/check-fit.ts'
import { evaluateWith } from '../coded/judge.ts'
import { asItems, ofItems } from '../coded/states.ts'
import { lossText } from '../coded/text.ts'
import type { Family } from '../family.ts'
import { describe } from './describe.ts'
import { generatorOf, painter } from './draw.ts'
import { explain } from './explain.ts'
import { exportHalf } from './export.ts'
import { further } from './further.ts'
import { likelihoodJudge } from './likelihood.ts'
import { decode, encode } from './latents.ts'
import { vaeFolderOf, type VaeModel, vaeOf } from './model.ts'
import { preview } from '../coded/preview.ts'
import { vaeProblem } from './problem.ts'
import { checkVaeSpec, parseSpec, type VaeTrainSpec } from './spec.ts'
import { specOf } from './spec-of.ts'

const evaluate = evaluateWith(likelihoodJudge, generatorOf)
const bound = boundWith(likelihoodJudge)

export const vaeFamily: Family<VaeTrainSpec, ArrayDataset, VaeModel> = Object.freeze<
  Family<VaeTrainSpec, ArrayDataset, VaeModel>
>({
  name: 'vae',
  prepare: async (data) => asItems(data) as ArrayDataset,
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
  can: {
    draw: painter,
    encode,
    decode,
    evaluate: (model, options, setting) => evaluate(model, options, ofItems(setting)),
    bound: (model, asked, options, setting) => bound(model, asked, options, ofItems(setting)),
    export: exportHalf,
  },
})
