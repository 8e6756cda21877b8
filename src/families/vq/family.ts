/** Images as maps of tokens: a vector-quantised autoencoder, whose tokens another model learns to draw. */
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { Family } from '../family.ts'
import { decode, encode } from './codes.ts'
import { describe, explain } from './describe.ts'
import { further } from './further.ts'
import { evaluate } from './judge.ts'
import { vqFolderOf, type VqModel, vqModelOf } from './model.ts'
import { vqProblem } from './problem.ts'
import { checkSpec, parseSpec, type VqTrainSpec } from './spec.ts'
import { requireImages, specOf } from './spec-of.ts'

export const vqFamily: Family<VqTrainSpec, ArrayDataset, VqModel> = Object.freeze<
  Family<VqTrainSpec, ArrayDataset, VqModel>
>({
  name: 'vq',
  specOf,
  parseSpec,
  explain,
  further,
  problem(spec, data) {
    requireImages(data)
    checkSpec(spec)
    return vqProblem(spec, data)
  },
  read: vqModelOf,
  write: vqFolderOf,
  describe,
  can: { encode, decode, evaluate },
  lacks: {
    draw: 'it has no law of its tokens: train one, `tweedie train DATA --model vq-diffusion --latents RUN`, and draw from that; or `--encode` a picture',
  },
})
