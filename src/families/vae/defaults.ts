/** The default training of an autoencoder: from facts about the data to a whole specification. The only place with such numbers. */
import { sampleSize } from '../../engine/nn/check-config.ts'
import type { DataScale } from '../../files/data/dataset.ts'
import { frameOf } from '../../files/data/frame.ts'
import type { Budget } from '../../tools/train/spec.ts'
import { type CodedChoices, lawFor, plainBound } from '../coded/coded-spec.ts'
import { broadGroups, optimizerFor, type OptimizerChoices } from '../default-network.ts'
import { defined } from '../defined.ts'
import type { NetworkSpec } from '../network-of.ts'
import { classes } from './classes.ts'
import type { VaeTrainSpec } from './spec.ts'

/** What the defaults depend on. */
export interface Setting extends DataScale {
  /** How many items there are. */
  readonly length: number
}

/** What a user may choose; whatever is left out has a default. */
export interface Choices extends CodedChoices {
  readonly budget?: Budget | undefined
  readonly seed?: number | undefined
  readonly batch?: number | undefined
  readonly accumulate?: number | undefined
  readonly optimizer?: OptimizerChoices | undefined
  /** A class, and perhaps its configuration, instead of the default one. */
  readonly network?: Partial<NetworkSpec> | undefined
  /** Numbers in a code, or channels of a map of codes. */
  readonly latent?: number | undefined
  /** Features of the hidden layers, or channels at each resolution. */
  readonly widths?: readonly number[] | undefined
  /** Of convolutions: blocks at each resolution. */
  readonly depth?: number | undefined
}

/** Images of up to so many numbers go through fully connected layers. */
const mostFlat = 1024

/**
 * The specification of a training run.
 *
 * @example
 * const spec = defaultVaeSpec(images, { budget: { minutes: 8 }, law: { name: 'bernoulli' } })
 */
export function defaultVaeSpec(setting: Setting, choices: Choices = {}): VaeTrainSpec {
  const { shape, length } = setting
  const isImage = shape.length === 3
  const budget = choices.budget ?? { minutes: isImage ? 10 : 2 }
  const network = networkFor(setting, choices)
  return {
    family: 'vae',
    seed: choices.seed ?? 0,
    batch: choices.batch ?? Math.min(network.className === classes.conv ? 8 : isImage ? 64 : 256, length),
    ...(choices.accumulate !== undefined && { accumulate: choices.accumulate }),
    budget,
    network,
    law: lawFor(setting, choices.law),
    bound: { ...plainBound, ...defined(choices.bound) },
    // the loss is a sum over all values of an item, and its gradient as large
    optimizer: optimizerFor(budget, { weightDecay: 0, clipNorm: 100, ...defined(choices.optimizer) }),
  }
}

function networkFor(setting: Setting, { network = {}, latent, widths, depth }: Choices): NetworkSpec {
  const { kind, shape } = setting
  const isImage = shape.length === 3
  // codes of fields keep their places
  const isFlat = !isImage || (kind !== 'fields' && shape.reduce((a, b) => a * b, 1) <= mostFlat)
  const className = network.className ?? (isFlat ? classes.mlp : classes.conv)
  const sees = (stride: number): readonly number[] => frameOf(shape, 1, stride).network
  if (className === classes.mlp) {
    const usual = isImage
      ? { latent_size: latent ?? 50, widths: widths ?? [400, 400], act_fn: 'tanh' }
      : { latent_size: latent ?? shape.reduce((a, b) => a * b, 1), widths: widths ?? [128, 128], act_fn: 'silu' }
    return { className, config: { input_shape: sees(1), ...(network.config ?? usual) } }
  }
  const config = network.config ?? convolutions(latent ?? 4, widths ?? [32, 64, 64], depth ?? 1)
  const levels = (config.block_out_channels as readonly unknown[] | undefined)?.length ?? 1
  const [channels, height, width] = sees(2 ** (levels - 1))
  const size = sampleSize(height!, width!)
  return { className, config: { sample_size: size, in_channels: channels, out_channels: channels, ...config } }
}

/** An AutoencoderKL of these channels at each resolution. */
function convolutions(latent: number, widths: readonly number[], depth: number): Record<string, unknown> {
  return {
    down_block_types: widths.map(() => 'DownEncoderBlock2D'),
    up_block_types: widths.map(() => 'UpDecoderBlock2D'),
    block_out_channels: widths,
    layers_per_block: depth,
    latent_channels: latent,
    norm_num_groups: broadGroups(widths),
    scaling_factor: 1,
  }
}
