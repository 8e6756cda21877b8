/** Images, points and other numbers under Gaussian noise. */
import { isArrays } from '../../files/data/any-dataset.ts'
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import { formatsOf, makesOf } from '../makes.ts'
import type { Family } from '../family.ts'
import { laterPainter } from '../later-painter.ts'
import { explain } from './explain.ts'
import type { Model } from './model.ts'
import { preview } from './preview.ts'
import { valueProblem } from './problem.ts'
import { prepareValues } from './prepare.ts'
import { checkSpec, type TrainSpec } from './spec.ts'
import { specOf } from './spec-of.ts'

export const valuesFamily: Family<TrainSpec, ArrayDataset, Model> = Object.freeze<
  Family<TrainSpec, ArrayDataset, Model>
>({
  name: 'values',
  prepare: prepareValues,
  specOf,
  explain,
  preview,
  problem(spec, data, own) {
    requireValues(data)
    checkSpec(spec, own)
    return valueProblem(spec, data, own)
  },
  formats: formatsOf,
  // What a first step of training does not need is loaded when it is used: a page loads less before it.
  parseSpec: async (...given) => (await import('./parse-spec.ts')).parseSpec(...given),
  further: async (...given) => (await import('./further.ts')).further(...given),
  read: { load: async () => (await import('./model-of.ts')).modelOf },
  write: async (...given) => (await import('./model.ts')).folderOf(...given),
  describe: async (...given) => (await import('./describe.ts')).describe(...given),
  samplers: async () => (await import('./list-samplers.ts')).listSamplers(),
  trainClassifier: async (...given) => (await import('./classifier.ts')).trainClassifier(...given),
  can: {
    draw: (model, setting) =>
      laterPainter(makesOf(model), async () => (await import('./draw.ts')).painter(model, setting)),
    encode: async (...given) => (await import('./latents.ts')).encode(...given),
    decode: async (...given) => (await import('./latents.ts')).decode(...given),
    restore: async (...given) => (await import('./restore-item.ts')).restoreItem(...given),
    assimilate: async (...given) => (await import('./assimilate.ts')).assimilate(...given),
    edit: async (...given) => (await import('./edit-item.ts')).editItem(...given),
    evaluate: async (...given) => (await import('./judge.ts')).evaluate(...given),
    bound: async (...given) => (await import('./bound.ts')).bound(...given),
    field: async (...given) => (await import('./field.ts')).field(...given),
    export: async (...given) => (await import('./export.ts')).exportModel(...given),
    exportSampler: async (...given) => (await import('./sampler-file.ts')).exportSampler(...given),
    network: (model) => ({ part: model, with: (network) => ({ ...model, network }) }),
    reference: async (...given) => (await import('./export.ts')).reference(...given),
  },
})

function requireValues(data: TrainData): void {
  if (isArrays(data)) return
  if (data.kind !== 'tokens')
    throw new TweedieError('usage', `${data.name}: ${data.kind}, and models of this family are of values`)
  throw new TweedieError(
    'usage',
    `${data.name}: tokens are trained by a discrete process or as embeddings, not as values`,
    {
      hint: 'give the specification a process or embeddings',
    },
  )
}
