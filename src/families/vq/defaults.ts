/** The default training of a vector-quantised autoencoder: from facts about the data to a whole specification. */
import { sampleSize } from '../../engine/nn/check-config.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { type ArrayDataset, itemSize } from '../../files/data/dataset.ts'
import type { Budget } from '../../tools/train/spec.ts'
import { broadGroups, optimizerFor, type OptimizerChoices } from '../default-network.ts'
import type { NetworkSpec } from '../network-of.ts'
import type { VqTrainSpec } from './spec.ts'

/** What a user may choose; whatever is left out has a default. */
export interface VqChoices {
  readonly budget?: Budget | undefined
  readonly seed?: number | undefined
  readonly batch?: number | undefined
  readonly accumulate?: number | undefined
  readonly optimizer?: OptimizerChoices | undefined
  /** Channels at each resolution: every one but the last halves it. */
  readonly widths?: readonly number[] | undefined
  readonly depth?: number | undefined
  readonly codes?: number | undefined
  readonly codeSize?: number | undefined
  readonly commitment?: number | undefined
  readonly flip?: boolean | undefined
  /** A network instead of the default one; its sizes are filled in from the data. */
  readonly network?: NetworkSpec | undefined
}

/**
 * The specification of a training run.
 *
 * @example
 * const spec = defaultVqSpec(digits, { codes: 128, budget: { minutes: 5 } })
 */
export function defaultVqSpec(data: ArrayDataset, choices: VqChoices = {}): VqTrainSpec {
  const budget = choices.budget ?? { minutes: 10 }
  const { accumulate, flip = false } = choices
  return {
    family: 'vq',
    seed: choices.seed ?? 0,
    batch: choices.batch ?? Math.min(32, data.length),
    ...(accumulate !== undefined && { accumulate }),
    budget,
    network: networkFor(data, choices),
    objective: { commitment: choices.commitment ?? 0.25, variance: varianceOf(data) },
    flip,
    optimizer: optimizerFor(budget, choices.optimizer),
  }
}

/** Maps of more places go without attention, whose cost grows with their square. */
const mostAttended = 1024

/** Images from 24 pixels on become maps of a quarter of their sides, smaller ones of half. */
function networkFor(data: ArrayDataset, choices: VqChoices): VqTrainSpec['network'] {
  const [channels, height, width] = data.shape
  const { depth = 1, codes = 256, codeSize = 4, network } = choices
  const widths = choices.widths ?? (Math.min(height!, width!) < 24 ? [32, 64] : [16, 32, 64])
  const sizes = {
    sample_size: sampleSize(height!, width!),
    in_channels: channels,
    out_channels: channels,
  }
  if (network !== undefined) return { className: network.className, config: { ...sizes, ...network.config } }
  return {
    className: 'VQModel',
    config: {
      ...sizes,
      down_block_types: widths.map(() => 'DownEncoderBlock2D'),
      up_block_types: widths.map(() => 'UpDecoderBlock2D'),
      block_out_channels: widths,
      layers_per_block: depth,
      latent_channels: codeSize,
      num_vq_embeddings: codes,
      norm_num_groups: broadGroups(widths),
      scaling_factor: 1,
      // older releases of diffusers know no such option: it is written only where it is false
      mid_block_add_attention: (height! * width!) / 4 ** (widths.length - 1) <= mostAttended,
    },
  }
}

/** How many items the variance is measured on. */
const measured = 1000

/** The variance of all values as the network sees them, over up to a thousand items; one for data without any. */
export function varianceOf(data: ArrayDataset): number {
  const count = Math.min(measured, data.length)
  const indices = Array.from({ length: count }, (_, i) => Math.floor((i * data.length) / count))
  const values = loadBatch(data, indices, new Float32Array(count * itemSize(data.shape)))
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length
  const variance = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / values.length
  return variance > 0 ? variance : 1
}
