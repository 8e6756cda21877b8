/** Images, points and other numbers under Gaussian noise. */
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { Family } from '../family.ts'
import { checkSpec, type TrainSpec } from '../spec.ts'
import { painter } from './draw.ts'
import { editItem } from './edit-item.ts'
import { decode, encode } from './latents.ts'
import { restoreItem } from './restore-item.ts'
import { listSamplers } from './list-samplers.ts'
import { describe } from './describe.ts'
import { exportModel, reference } from './export.ts'
import { evaluate } from './judge.ts'
import { folderOf, type Model, modelOf } from './model.ts'
import { valueProblem } from './problem.ts'

export const valuesFamily: Family<TrainSpec, ArrayDataset, Model> = Object.freeze<
  Family<TrainSpec, ArrayDataset, Model>
>({
  name: 'values',
  problem(spec, data) {
    checkSpec(spec)
    return valueProblem(spec, data)
  },
  read: (folder) => modelOf(folder),
  write: folderOf,
  describe,
  samplers: listSamplers,
  can: {
    draw: painter,
    encode,
    decode,
    restore: restoreItem,
    edit: editItem,
    evaluate,
    export: exportModel,
    reference,
  },
})
