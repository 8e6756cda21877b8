/** Default sizes of networks and settings of the optimiser, for all families. */
import type { BaseSpec, Budget } from '../tools/train/spec.ts'
import { defined } from './defined.ts'

/** Sizes of network and batch: `light` trains in a browser within seconds or minutes. */
export type Preset = 'usual' | 'light'

/** The size of the default network. */
export interface UNetChoices {
  /** Channels at each resolution (of an MLP: the first is its width). */
  readonly widths?: readonly number[] | undefined
  /** Residual blocks at each resolution (of an MLP: in all). */
  readonly depth?: number | undefined
  /** Of an MLP: sinusoidal features of the time. */
  readonly timeFeatures?: number | undefined
  /** Where attention is: nowhere, in the middle, or at the lowest resolution as well. */
  readonly attention?: 'none' | 'middle' | 'lowest' | undefined
}

/** Some of the optimiser's settings; what is left out or undefined has a default. */
export type OptimizerChoices = { readonly [K in keyof BaseSpec['optimizer']]?: BaseSpec['optimizer'][K] | undefined }

/**
 * The optimiser's default settings.
 *
 * @param usual the optimiser, unless another one is chosen
 */
export function optimizerFor(
  budget: Budget,
  wanted: OptimizerChoices | undefined,
  usual?: 'muon',
): BaseSpec['optimizer'] {
  const name = wanted?.name ?? usual
  return {
    ...(name !== undefined && { name }),
    rate: name === 'muon' ? 3e-3 : 1e-3,
    warmup: 'minutes' in budget && budget.minutes < 3 ? 30 : 100,
    decay: 'cosine',
    weightDecay: 0.01,
    clipNorm: 1,
    ema: 0.999,
    ...defined(wanted),
  }
}

/** Channels at each resolution: the longer the training, the larger the network that is worth it. */
export function defaultWidths(budget: Budget): readonly number[] {
  const minutes = 'minutes' in budget ? budget.minutes : Infinity
  return minutes < 3 ? [32, 64] : minutes < 30 ? [48, 96] : [64, 128]
}

/**
 * The same for pictures. They learn by Muon, which makes so much of every step that at first more steps are worth more than more channels: in six
 * minutes of one core 32 and 64 channels were better than 48 and 96 on all counts, and those better than 64 and 128; in ten minutes of two cores the
 * first two are equal. Longer trainings are not measured.
 */
export function pictureWidths(budget: Budget): readonly number[] {
  const minutes = 'minutes' in budget ? budget.minutes : Infinity
  return minutes < 15 ? [32, 64] : minutes < 90 ? [48, 96] : [64, 128]
}

/**
 * The same for videos. A step of eight videos of 16 frames costs as much as several of pictures, and steps are what is short. Trainings of up to 20
 * minutes are measured.
 */
export function videoWidths(budget: Budget): readonly number[] {
  const minutes = 'minutes' in budget ? budget.minutes : Infinity
  return minutes < 120 ? [32, 64] : minutes < 600 ? [48, 96] : [64, 128]
}

/** The default U-Net. */
export function unetOf({ widths = [64, 128], depth = 1, attention = 'middle' }: UNetChoices): Record<string, unknown> {
  const kinds = widths.map((_, level) => (attention === 'lowest' && level === widths.length - 1 ? 'Attn' : ''))
  return {
    block_out_channels: widths,
    layers_per_block: depth,
    down_block_types: kinds.map((kind) => `${kind}DownBlock2D`),
    up_block_types: kinds.toReversed().map((kind) => `${kind}UpBlock2D`),
    add_attention: attention !== 'none',
    attention_head_dim: largestDivisor(widths.at(-1)!, 32),
    norm_num_groups: commonGroups(widths, 16),
  }
}

/** Groups of norms: the largest number up to `most` that divides all widths and `most`. */
export function commonGroups(widths: readonly number[], most: number): number {
  return widths.reduce((groups, width) => largestCommonDivisor(width, groups), most)
}

/**
 * Groups of norms of an autoencoder: the most that leave at least eight channels in each. A group of one or two channels takes an
 * image's brightness and contrast off, and an autoencoder has no way around its last norm.
 */
export function broadGroups(widths: readonly number[]): number {
  const shared = widths.reduce(largestCommonDivisor)
  let groups = Math.max(1, Math.floor(shared / 8))
  while (shared % groups !== 0) groups--
  return groups
}

/** The longer the training, the larger the transformer that is worth it: its width and layers. */
export function transformerSize(budget: Budget): readonly [width: number, layers: number] {
  const minutes = 'minutes' in budget ? budget.minutes : Infinity
  return minutes < 3 ? [128, 2] : minutes < 30 ? [192, 4] : [256, 4]
}

/** Heads of about 32 numbers each. */
export function headsFor(width: number): number {
  let heads = Math.max(1, Math.round(width / 32))
  while (width % heads !== 0) heads--
  return heads
}

/** The largest divisor of n that is at most `limit`. */
function largestDivisor(n: number, limit: number): number {
  let divisor = Math.min(n, limit)
  while (n % divisor !== 0) divisor--
  return divisor
}

function largestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : largestCommonDivisor(b, a % b)
}
