/** Images, points and other numbers under Gaussian noise. */
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { Family } from '../family.ts'
import { painter } from './draw.ts'
import { listSamplers } from './list-samplers.ts'
import { describe } from './describe.ts'
import { explain } from './explain.ts'
import { field } from './field.ts'
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
  // What drawing and training do not need is loaded when it is used: a page loads less.
  trainClassifier: async (...given) => (await import('./classifier.ts')).trainClassifier(...given),
  can: {
    draw: painter,
    encode: async (...given) => (await import('./latents.ts')).encode(...given),
    decode: async (...given) => (await import('./latents.ts')).decode(...given),
    restore: async (...given) => (await import('./restore-item.ts')).restoreItem(...given),
    edit: async (...given) => (await import('./edit-item.ts')).editItem(...given),
    evaluate: async (...given) => (await import('./judge.ts')).evaluate(...given),
    field,
    export: async (...given) => (await import('./export.ts')).exportModel(...given),
    exportSampler: async (...given) => (await import('./sampler-file.ts')).exportSampler(...given),
    reference: async (...given) => (await import('./export.ts')).reference(...given),
  },
})

function requireValues({ kind, name }: TrainData): void {
  if (kind !== 'tokens') return
  throw new TweedieError('usage', `${name}: tokens are trained by a discrete process or as embeddings, not as values`, {
    hint: 'give the specification a process or embeddings',
  })
}
