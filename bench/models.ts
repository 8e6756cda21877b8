/** The models that are measured, and data for them: noise, as speed does not depend on values. */
import { createDataset } from '../src/files/data/index.ts'
import type { ArrayDataset } from '../src/files/data/dataset.ts'
import type { Model } from '../src/families/values/model.ts'
import { key, uniform } from '../src/engine/random/index.ts'
import type { Engine } from '../src/engine/runtime/session.ts'
import { snapshot } from '../src/families/values/snapshot.ts'
import type { TrainSpec } from '../src/families/values/spec.ts'
import { createTrainer } from '../src/app/train.ts'

/** `unet`: the default one, 3×32×32; `grey`: a small one, 1×28×28; `labels`: `unet` with ten classes and none; `mlp`: for points. */
export type ModelName = 'unet' | 'grey' | 'labels' | 'mlp'

const unet = {
  sample_size: 32,
  in_channels: 3,
  out_channels: 3,
  layers_per_block: 2,
  block_out_channels: [64, 128, 128],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
  norm_num_groups: 32,
  attention_head_dim: null,
  num_class_embeds: null as number | null,
}

/** Class and configuration of each model's network, as a model folder holds them. */
export const networks = {
  unet: { className: 'UNet2DModel', config: unet },
  labels: { className: 'UNet2DModel', config: { ...unet, num_class_embeds: 11 } },
  grey: {
    className: 'UNet2DModel',
    config: { ...unet, sample_size: 28, in_channels: 1, out_channels: 1, block_out_channels: [32, 64, 64] },
  },
  mlp: { className: 'MLP', config: { input_shape: [2], width: 256, layers: 3 } },
} as const

export const isModelName = (name: string): name is ModelName => Object.hasOwn(networks, name)

/** A training run without an end: AdamW, clipping, running average, as by default. */
export function specOf(name: ModelName, batch: number): TrainSpec {
  return {
    seed: 0,
    batch,
    budget: { steps: 1_000_000 },
    patch: 1,
    flip: name !== 'mlp',
    network: networks[name],
    objective: { parametrisation: 'epsilon', weighting: 'simple', labelDropout: name === 'labels' ? 0.1 : 0 },
    noise: { table: 'linear', levels: 1000 },
    optimizer: { rate: 1e-4, warmup: 100, decay: 'constant', weightDecay: 0, clipNorm: 1, ema: 0.999 },
  }
}

/** Data that the model takes. */
export function datasetOf(name: ModelName): ArrayDataset {
  if (name === 'mlp') {
    const data = uniform(key(0), new Float32Array(2 * 4096))
    return createDataset({ name: 'noise', kind: 'points', shape: [2], data })
  }
  const { sample_size: size, in_channels: channels, num_class_embeds: classes } = networks[name].config
  const shape = [channels, size, size]
  const count = 256
  const data = Uint8Array.from(uniform(key(0), new Float32Array(count * channels * size * size)), (u) => 256 * u)
  const labels = classes === null ? {} : { labels: Int32Array.from({ length: count }, (_, i) => i % (classes - 1)) }
  return createDataset({ name: 'noise', kind: 'image', shape, data, ...labels })
}

/** A model as it is before its first step: speed does not depend on the weights. */
export async function modelOf(name: Exclude<ModelName, 'mlp'>, engine: Engine, threads: number): Promise<Model> {
  const dataset = datasetOf(name)
  using trainer = await createTrainer(specOf(name, 2), dataset, engine, { threads })
  return { ...snapshot(trainer, dataset), weights: trainer.state.params.slice() }
}
