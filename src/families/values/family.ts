/** Images, points and other numbers under Gaussian noise. */
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { Family } from '../family.ts'
import { painter } from './draw.ts'
import { editItem } from './edit-item.ts'
import { decode, encode } from './latents.ts'
import { restoreItem } from './restore-item.ts'
import { listSamplers } from './list-samplers.ts'
import { trainClassifier } from './classifier.ts'
import { describe } from './describe.ts'
import { explain } from './explain.ts'
import { exportSampler } from './sampler-file.ts'
import { field } from './field.ts'
import { exportModel, reference } from './export.ts'
import { evaluate } from './judge.ts'
import { folderOf, type Model, modelOf } from './model.ts'
import { further } from './further.ts'
import { preview } from './preview.ts'
import { valueProblem } from './problem.ts'
import { prepareTaught } from './prepare.ts'
import { checkSpec, parseSpec, type TrainSpec } from './spec.ts'
import { specOf } from './spec-of.ts'

export const valuesFamily: Family<TrainSpec, ArrayDataset, Model> = Object.freeze<
  Family<TrainSpec, ArrayDataset, Model>
>({
  name: 'values',
  prepare: prepareTaught,
  specOf,
  parseSpec,
  explain,
  preview,
  further,
  problem(spec, data, own) {
    requireValues(data)
    checkSpec(spec, own)
    return valueProblem(spec, data, own)
  },
  read: modelOf,
  write: folderOf,
  describe,
  samplers: listSamplers,
  trainClassifier,
  can: {
    draw: painter,
    encode,
    decode,
    restore: restoreItem,
    edit: editItem,
    evaluate,
    field,
    export: exportModel,
    exportSampler,
    reference,
  },
})

function requireValues({ kind, name }: TrainData): void {
  if (kind !== 'tokens') return
  throw new TweedieError('usage', `${name}: tokens are trained by a discrete process or as embeddings, not as values`, {
    hint: 'give the specification a process or embeddings',
  })
}
