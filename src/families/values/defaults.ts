/** How to train when nothing is said: from what the data are to a whole specification. The only place with such numbers. */
import type { DataScale } from '../../files/data/dataset.ts'
import { frameOf } from '../../files/data/frame.ts'
import type { ObjectiveSpec } from '../../diffusion/denoise/objective-spec.ts'
import type { NoiseSpec } from '../../diffusion/noise/named.ts'
import { defined } from '../defined.ts'
import type { Budget, TrainSpec } from '../spec.ts'

/** What the defaults depend on. */
export interface Setting {
  readonly kind: DataScale['kind']
  /** One item. */
  readonly shape: readonly number[]
  /** How many items there are. */
  readonly length: number
  /** 0: unlabelled. */
  readonly classes: number
}

/** What a user may choose; whatever is left out has a default. */
export interface Choices {
  readonly budget?: Budget | undefined
  readonly seed?: number | undefined
  readonly batch?: number | undefined
  /** Batches to a step, as if they were one; default 1. */
  readonly accumulate?: number | undefined
  readonly patch?: number | undefined
  readonly flip?: boolean | undefined
  readonly objective?: Partial<Defined<TrainSpec['objective']>> | undefined
  readonly noise?: Partial<Defined<NoiseSpec>> | undefined
  readonly optimizer?: Partial<Defined<TrainSpec['optimizer']>> | undefined
  /** Whether the network has twice the channels, to predict the variance of the reverse step too; default not. */
  readonly learnVariance?: boolean | undefined
  /** Changes to the default network's size. */
  readonly unet?: UNetChoices | undefined
  /** A network instead of the default one; its sizes and classes are filled in from the data. */
  readonly network?: { readonly className: string; readonly config: Readonly<Record<string, unknown>> } | undefined
}

/** The size of the default network. */
export interface UNetChoices {
  /** Channels at each resolution (of an MLP: the first is its width). */
  readonly widths?: readonly number[] | undefined
  /** Residual blocks at each resolution (of an MLP: in all). */
  readonly depth?: number | undefined
  /** Where attention is: nowhere, in the middle, or at the lowest resolution as well. */
  readonly attention?: 'none' | 'middle' | 'lowest' | undefined
}

type Defined<T> = { readonly [K in keyof T]: T[K] | undefined }

/**
 * The specification of a training run.
 *
 * @example
 * const spec = defaultSpec({ kind: 'image', shape: [1, 28, 28], length: 60_000, classes: 10 }, { budget: { minutes: 10 } })
 */
export function defaultSpec(setting: Setting, choices: Choices = {}): TrainSpec {
  const { shape, length, classes } = setting
  const budget = choices.budget ?? defaultBudget(shape)
  const isImage = shape.length === 3
  const patch = choices.patch ?? (isImage ? defaultPatch(shape) : 1)
  const network = networkOf(setting, choices, patch)
  const noise = noiseOf(choices.noise)
  const spare = Number(network.config.num_class_embeds ?? 0) > classes
  return {
    seed: choices.seed ?? 0,
    batch: choices.batch ?? Math.min(isImage ? 64 : 256, length),
    ...(choices.accumulate !== undefined && { accumulate: choices.accumulate }),
    budget,
    network,
    patch,
    objective: {
      ...objectiveFor(noise, choices.objective),
      sigmaData: isImage ? 0.5 : 1,
      labelDropout: classes > 0 && spare ? 0.1 : 0,
      ...defined(choices.objective),
    },
    noise,
    optimizer: optimizerFor(budget, choices.optimizer),
    flip: choices.flip ?? false,
  }
}

/** The optimiser's settings, whatever is learned. */
export function optimizerFor(budget: Budget, wanted: Choices['optimizer']): TrainSpec['optimizer'] {
  return {
    rate: 1e-3,
    warmup: 'minutes' in budget && budget.minutes < 3 ? 30 : 100,
    decay: 'cosine',
    weightDecay: 0.01,
    clipNorm: 1,
    ema: 0.999,
    ...defined(wanted),
  }
}

/** Ten minutes for images, two for anything else. */
const defaultBudget = (shape: readonly number[]): Budget => ({ minutes: shape.length === 3 ? 10 : 2 })

/** A schedule in continuous time if one is named, else a table. */
function noiseOf(choices: Choices['noise'] = {}): NoiseSpec {
  if ('schedule' in choices && choices.schedule !== undefined) return defined(choices) as NoiseSpec
  return { table: 'squaredcos_cap_v2', levels: 1000, ...defined(choices) } as NoiseSpec
}

/**
 * What suits a schedule is predicted, and its errors weighed as its paper does. In continuous time the bound, whose weights
 * grow without limit towards the data, is estimated by importance.
 */
function objectiveFor(noise: NoiseSpec, wanted: Choices['objective'] = {}): ObjectiveSpec {
  const schedule = 'schedule' in noise ? noise.schedule : undefined
  const usual = { edm: 'edm', ve: 'score', 'rectified-flow': 'flow' } as const
  const parametrisation = wanted.parametrisation ?? usual[schedule as keyof typeof usual] ?? 'v'
  const isScore = parametrisation === 'score'
  const weighting = wanted.weighting ?? (parametrisation === 'edm' ? 'edm' : isScore ? 'snr' : 'simple')
  const isBound = weighting === 'vlb' || weighting === 'likelihood'
  const times = isBound ? 'importance' : parametrisation === 'edm' ? 'log-normal' : 'uniform'
  return { parametrisation, weighting, ...(schedule && times !== 'uniform' && { times: { name: times } }) }
}

/** Images from 24 pixels on are cut into patches of 2 × 2, from 96 on into 4 × 4. */
function defaultPatch([, height, width]: readonly number[]): number {
  const side = Math.min(height!, width!)
  return side < 24 ? 1 : side < 96 ? 2 : 4
}

function networkOf(
  setting: Setting,
  { network, unet = {}, budget = defaultBudget(setting.shape), learnVariance = false }: Choices,
  patch: number,
): TrainSpec['network'] {
  const classes = setting.classes > 0 ? { num_class_embeds: setting.classes + 1 } : {}
  const isImage = setting.shape.length === 3
  const className = network?.className ?? (isImage ? 'UNet2DModel' : 'MLP')
  const config =
    network?.config ?? (isImage ? unetOf({ widths: defaultWidths(budget), ...defined(unet) }) : mlpOf(unet))
  const sees = isImage ? frameOf(setting.shape, patch).network : setting.shape
  const says = learnVariance ? { output_shape: [2 * sees[0]!, ...sees.slice(1)] } : {}
  const sizes =
    className === 'MLP'
      ? { input_shape: sees, ...says }
      : imageSizes(setting.shape, patch, strideOf(className, config), learnVariance ? 2 : 1)
  return { className, config: { ...sizes, ...classes, ...config } }
}

/** Channels at each resolution: the longer the training, the larger the network that is worth it. */
export function defaultWidths(budget: Budget): readonly number[] {
  const minutes = 'minutes' in budget ? budget.minutes : Infinity
  return minutes < 3 ? [32, 64] : minutes < 30 ? [48, 96] : [64, 128]
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
    norm_num_groups: widths.reduce((groups, width) => largestCommonDivisor(width, groups), 16),
  }
}

/** The default network for anything but images. */
function mlpOf({ widths = [256], depth = 4 }: UNetChoices): Record<string, unknown> {
  return { width: widths[0], layers: depth }
}

/** What a network of this stride sees of an image, and how many times the channels it returns. */
function imageSizes(shape: readonly number[], patch: number, stride: number, outputs: number): Record<string, unknown> {
  const [channels, height, width] = frameOf(shape, patch, stride).network as [number, number, number]
  return {
    sample_size: height === width ? height : [height, width],
    in_channels: channels,
    out_channels: outputs * channels,
  }
}

/** What heights and widths must be multiples of, before the configuration is complete enough to build the network. */
function strideOf(className: string, config: Readonly<Record<string, unknown>>): number {
  if (className !== 'UNet2DModel') return Number(config.patch_size ?? 2)
  return 2 ** (((config.block_out_channels as readonly unknown[] | undefined)?.length ?? 4) - 1)
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
