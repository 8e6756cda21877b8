/** Hierarchical variational autoencoders of images, points and other numbers. */
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { boundWith } from '../coded/bound.ts'
import { requireValues } from '../coded/check-fit.ts'
import { evaluateWith } from '../coded/judge.ts'
import { preview } from '../coded/preview.ts'
import { lossText } from '../coded/text.ts'
import type { Family } from '../family.ts'
import { describe } from './describe.ts'
import { generatorOf, painter } from './draw.ts'
import { explain } from './explain.ts'
import { exportPart } from './export.ts'
import { further } from './further.ts'
import { decode, encode } from './latents.ts'
import { likelihoodJudge } from './likelihood.ts'
import { hvaeFolderOf, type HvaeModel, hvaeOf } from './model.ts'
import { hvaeProblem } from './problem.ts'
import { specOf } from './spec-of.ts'
import { checkHvaeSpec, type HvaeTrainSpec, parseSpec } from './spec.ts'

export const hvaeFamily: Family<HvaeTrainSpec, ArrayDataset, HvaeModel> = Object.freeze<
  Family<HvaeTrainSpec, ArrayDataset, HvaeModel>
>({
  name: 'hvae',
  specOf,
  parseSpec,
  explain,
  lossText,
  preview,
  further,
  problem(spec, data) {
    requireValues(data)
    checkHvaeSpec(spec)
    return hvaeProblem(spec, data)
  },
  read: hvaeOf,
  write: hvaeFolderOf,
  describe,
  can: {
    draw: painter,
    encode,
    decode,
    evaluate: evaluateWith(likelihoodJudge, generatorOf),
    bound: boundWith(likelihoodJudge),
    export: exportPart,
  },
})
