/** The default training: from facts about the data to a whole specification. The only place with such numbers. */
import type { DataScale } from '../../files/data/dataset.ts'
import { frameOf } from '../../files/data/frame.ts'
import { timeCondition } from '../../files/data/time-condition.ts'
import type { ObjectiveSpec } from '../../diffusion/denoise/objective-spec.ts'
import type { NoiseSpec } from '../../diffusion/noise/named.ts'
import { heightAndWidth, sampleSize } from '../../engine/nn/check-config.ts'
import { networkClasses } from '../../engine/nn/network-classes.ts'
import type { Budget } from '../../tools/train/spec.ts'
import {
  defaultWidths,
  optimizerFor,
  pictureWidths,
  videoWidths,
  type OptimizerChoices,
  type Preset,
  type UNetChoices,
  unetOf,
} from '../default-network.ts'
import { defined } from '../defined.ts'
import type { NetworkSpec } from '../network-of.ts'
import { captionedNetwork } from '../words/captioned-network.ts'
import type { CaptionSpec } from '../words/caption-spec.ts'
import { givenName, type GivenSpec, givenSpec } from './frames/given-condition.ts'
import { changedNetwork, type NetworkChanges } from './network-changes.ts'
import { recallsByDefault } from './self-conditioned/by-default.ts'
import { toldOfEstimates } from './self-conditioned/told-of-estimates.ts'
import type { TrainSpec } from './spec.ts'

/** What the defaults depend on. */
export interface Setting {
  readonly kind: DataScale['kind']
  /** One item. */
  readonly shape: readonly number[]
  /** How many items there are. */
  readonly length: number
  /** 0: unlabelled. */
  readonly classes: number
  /** How many numbers tell the time of an item, where data have that condition. */
  readonly timeFeatures?: number | undefined
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
  /** How it learns to go on from given frames, if it does. */
  readonly given?: GivenSpec | undefined
  readonly objective?: Partial<Defined<TrainSpec['objective']>> | undefined
  readonly noise?: Partial<Defined<NoiseSpec>> | undefined
  readonly optimizer?: OptimizerChoices | undefined
  /** Whether the network has twice the channels, to predict the variance of the reverse step too; default not. */
  readonly learnVariance?: boolean | undefined
  /** `light`: a network that trains in a browser within seconds or minutes; default `usual`. */
  readonly preset?: Preset | undefined
  /** Changes to the default network's size. */
  readonly unet?: UNetChoices | undefined
  /** A network instead of the default one; its sizes and classes are filled in from the data. */
  readonly network?: NetworkSpec | undefined
  /** Changes to the network, the default one or another. */
  readonly changes?: NetworkChanges | undefined
  /** How captions are learned, if they are. */
  readonly captions?: CaptionSpec | undefined
  /** Whether it learns to sample in few steps, whose errors are weighed alike. */
  readonly fewSteps?: boolean | undefined
  /** Whether the network is told what it estimated a step before; default, for pictures and videos that are learned as usual. */
  readonly selfConditioning?: boolean | undefined
}

/** What is light: three layers of 64, or a U-Net of 16 and 32 channels. */
const light = {
  image: { batch: 32, unet: { widths: [16, 32], depth: 1 } },
  video: { batch: 8, unet: { widths: [16, 32], depth: 1 } },
  cloud: { batch: 16, unet: { widths: [48], depth: 3 } },
  other: { batch: 256, unet: { widths: [64], depth: 3, timeFeatures: 64 } },
} as const

type Defined<T> = { readonly [K in keyof T]: T[K] | undefined }

/** The fields that a network's configuration needs to read captions, of such an encoder. */
export type ContextConfig = (captions: CaptionSpec, className: string) => Readonly<Record<string, unknown>>

/** The specification of a training run. @param contextOf needed for captions alone, which load it */
export function specByDefault(
  { shape: item, ...facts }: Setting,
  wanted: Choices,
  contextOf: ContextConfig | undefined,
): TrainSpec {
  const isFields = facts.kind === 'fields'
  // fields over time are images of as many channels to a network of images
  const setting: Setting = {
    ...facts,
    shape: isFields && item.length === 4 ? [item[0]! * item[1]!, item[2]!, item[3]!] : item,
  }
  const choices = wanted.preset === 'light' ? lightened(wanted, setting) : wanted
  const { shape, length, classes } = setting
  const budget = choices.budget ?? defaultBudget(setting)
  const form = formOf(setting)
  const isPictured = arePictures(form)
  const mine = choices.network !== undefined && !networkClasses.includes(choices.network.className)
  const patch = choices.patch ?? (isPictured && !mine ? defaultPatch(shape) : 1)
  const network = changedNetwork(networkOf(setting, choices, patch, contextOf), choices.changes ?? {})
  const noise = isUnsaid(choices) ? usualNoise(setting, choices.captions) : noiseOf(choices.noise)
  const spare = Number(network.config.num_class_embeds ?? 0) > classes
  const arePlain = facts.kind === 'image' && !choices.fewSteps
  const isUsual = !choices.network && choices.preset !== 'light' && !choices.fewSteps
  const learnsByMuon = isUsual && (facts.kind === 'image' || facts.kind === 'video')
  const spec: TrainSpec = {
    family: 'values',
    seed: choices.seed ?? 0,
    // in equal minutes 32 pictures were better than 64; codes and fields were not tried
    batch: choices.batch ?? Math.min(facts.kind === 'image' ? 32 : usualBatch[form], length),
    ...(choices.accumulate !== undefined && { accumulate: choices.accumulate }),
    budget,
    network,
    patch,
    objective: {
      ...objectiveFor(noise, arePlain && !choices.learnVariance, choices),
      sigmaData: isPictured && !isFields ? 0.5 : 1,
      labelDropout: (classes > 0 && spare) || setting.timeFeatures !== undefined ? 0.1 : 0,
      ...defined(choices.objective),
    },
    noise,
    optimizer: optimizerFor(budget, choices.optimizer, learnsByMuon ? 'muon' : undefined),
    flip: choices.flip ?? false,
    ...(choices.captions && { captions: choices.captions }),
    ...(choices.given && { given: choices.given }),
  }
  if (!(choices.selfConditioning ?? recallsByDefault(facts.kind, spec.objective, choices))) return spec
  const inputShape = isPictured ? frameOf(shape, patch, strideOf(network.className, network.config)).network : shape
  return toldOfEstimates(spec, { inputShape, fewSteps: choices.fewSteps ?? false, kind: facts.kind })
}

/** Choices whose own numbers win over those of the preset. */
function lightened(choices: Choices, setting: Setting): Choices {
  const { length } = setting
  const { batch, unet } = light[formOf(setting)]
  return {
    ...choices,
    batch: choices.batch ?? Math.min(batch, length),
    unet: { ...unet, ...defined(choices.unet ?? {}) },
  }
}

/** What an item is to the defaults: `[C, H, W]`, pictures over time `[C, T, H, W]`, a cloud, or anything else. */
type Form = 'image' | 'video' | 'cloud' | 'other'

function formOf({ kind, shape }: Pick<Setting, 'kind' | 'shape'>): Form {
  if (kind === 'cloud') return 'cloud'
  if (shape.length === 3) return 'image'
  return kind === 'video' ? 'video' : 'other'
}

/** Whether items are pictures, alone or over time. */
const arePictures = (form: Form): boolean => form === 'image' || form === 'video'

/** Items to a step. */
const usualBatch: Readonly<Record<Form, number>> = { image: 64, video: 8, cloud: 16, other: 256 }

/** Ten minutes for images and clouds, thirty for videos, two for anything else. */
const defaultBudget = (setting: Pick<Setting, 'kind' | 'shape'>): Budget => ({
  minutes: { image: 10, video: 30, cloud: 10, other: 2 }[formOf(setting)],
})

/** Whether nothing is chosen that decides the noise, or that other noise does not have. */
function isUnsaid({ noise = {}, objective: { weighting = 'simple' } = {}, learnVariance, fewSteps }: Choices): boolean {
  return !learnVariance && !fewSteps && weighting === 'simple' && Object.keys(defined(noise)).length === 0
}

/** The noise where none is chosen. */
function usualNoise(setting: Setting, captions: CaptionSpec | undefined): NoiseSpec {
  if (formOf(setting) === 'video') return videoNoise(setting.shape[1]!)
  return captions && setting.kind === 'image' ? { schedule: 'cosine', shift: captioned.shift } : noiseOf()
}

/**
 * Of pictures with captions. Which things are there, and where, is decided in strong noise, to which the words have to answer; the usual weights leave it almost
 * out, since ε is nearly known there. So σ/α is larger, and the sigmoid is a half at a lower log-SNR (Hoogeboom et al., Simpler Diffusion (2024),
 * https://arxiv.org/abs/2410.19324). `docs/measurements.md` has what was measured.
 */
const captioned = Object.freeze({ shift: 4, bias: -3 })

/**
 * Frames show a thing many times, so that only strong noise hides which thing it is; a table for pictures is hardly ever there, and digits change on
 * the way. So σ/α grows by the root of their number, as it does for pixels: Hoogeboom et al., Simple Diffusion (2023),
 * https://arxiv.org/abs/2301.11093. The factor was measured at 16 frames.
 */
function videoNoise(frames: number): NoiseSpec {
  return { schedule: 'cosine', shift: Math.max(1, Math.round(15 * Math.sqrt(frames)) / 10) }
}

/** A schedule in continuous time if one is named, else a table. */
function noiseOf(choices: Choices['noise'] = {}): NoiseSpec {
  if ('schedule' in choices && choices.schedule !== undefined) return defined(choices) as NoiseSpec
  return { table: 'squaredcos_cap_v2', levels: 1000, ...defined(choices) } as NoiseSpec
}

/**
 * The prediction that suits a schedule, with the weighting of its paper; of pictures v is weighed by a sigmoid of the log-SNR, which was better than
 * its plain error in equal minutes. In continuous time the bound, whose weights grow without limit towards the data, is
 * estimated by importance sampling.
 */
function objectiveFor(
  noise: NoiseSpec,
  arePictures: boolean,
  { objective: wanted = {}, captions }: Pick<Choices, 'objective' | 'captions'>,
): ObjectiveSpec {
  const schedule = 'schedule' in noise ? noise.schedule : undefined
  const usual = { edm: 'edm', ve: 'score', 'rectified-flow': 'flow' } as const
  const parametrisation = wanted.parametrisation ?? usual[schedule as keyof typeof usual] ?? 'v'
  const isScore = parametrisation === 'score'
  const usualWeighting = arePictures && parametrisation === 'v' && !wanted.loss ? 'sigmoid' : 'simple'
  const weighting = wanted.weighting ?? (parametrisation === 'edm' ? 'edm' : isScore ? 'snr' : usualWeighting)
  const isBound = weighting === 'vlb' || weighting === 'likelihood'
  const times = isBound ? 'importance' : parametrisation === 'edm' ? 'log-normal' : 'uniform'
  return {
    parametrisation,
    weighting,
    ...(captions && arePictures && weighting === 'sigmoid' && { weightingOptions: { bias: captioned.bias } }),
    ...(schedule && times !== 'uniform' && { times: { name: times } }),
  }
}

/** Images from 24 pixels on are cut into patches of 2 × 2, from 96 on into 4 × 4. */
function defaultPatch(shape: readonly number[]): number {
  const side = Math.min(...shape.slice(-2))
  return side < 24 ? 1 : side < 96 ? 2 : 4
}

function networkOf(
  setting: Setting,
  { network, unet = {}, captions, given, budget = defaultBudget(setting), learnVariance = false }: Choices,
  patch: number,
  contextOf: ContextConfig | undefined,
): TrainSpec['network'] {
  const classes = setting.classes > 0 ? { num_class_embeds: setting.classes + 1 } : {}
  const form = formOf(setting)
  const widthsOf = form === 'video' ? videoWidths : setting.kind === 'image' ? pictureWidths : defaultWidths
  const usual = widthsOf(budget)
  const chosen =
    network ??
    (arePictures(form) ? usualNetwork(form, { widths: usual, ...defined(unet) }, captions) : usualOther(setting, unet))
  const { className } = chosen
  const config = { ...(captions && contextOf!(captions, className)), ...chosen.config }
  const sees = arePictures(form) ? frameOf(setting.shape, patch).network : setting.shape
  const says = learnVariance ? { output_shape: [2 * sees[0]!, ...sees.slice(1)] } : {}
  const isPlain = className === 'MLP' || !networkClasses.includes(className)
  if (className === 'SetTransformer') return { className, config: { input_shape: sees, ...classes, ...config } }
  const sizes = isPlain
    ? { input_shape: sees, ...says }
    : imageSizes(setting.shape, patch, strideOf(className, config), learnVariance ? 2 : 1)
  const middle = form === 'video' && !network ? middleOf(sees, unet.widths ?? usual) : {}
  const told = given && { conditions: { [givenName]: givenSpec(videoOf({ ...sizes, ...config })) } }
  const { timeFeatures: size } = setting
  const time = size !== undefined && className === 'UNet2DModel' ? { conditions: timeOf(size) } : {}
  return { className, config: { ...sizes, ...classes, ...time, ...middle, ...told, ...config } }
}

/** Places of all frames together up to which the attention in the middle of a network over videos sees them all: its cost is their square. */
const mostPlaces = 1024

/** What that attention sees, of videos `[C, T, H, W]`. */
function middleOf([, frames, height, width]: readonly number[], widths: readonly number[]): Record<string, unknown> {
  const half = 2 ** (widths.length - 1)
  const places = frames! * Math.ceil(height! / half) * Math.ceil(width! / half)
  return places <= mostPlaces ? { middle_attention: 'video' } : {}
}

/** The time of day and year, which may be left out. */
const timeOf = (size: number): Record<string, unknown> => ({ [timeCondition]: { kind: 'vector', size, nothing: true } })

/** What a network over videos of this configuration sees. */
function videoOf(config: Readonly<Record<string, unknown>>): readonly number[] {
  const { in_channels: channels, num_frames: frames, sample_size: size } = config
  return [channels as number, frames as number, ...heightAndWidth(size as number | readonly [number, number])]
}

/** The default network for pictures. */
function usualNetwork(form: Form, size: UNetChoices, captions: CaptionSpec | undefined): NetworkSpec {
  if (form === 'video') return { className: 'SpaceTimeUNet', config: unetOf(size) }
  return captions ? captionedNetwork(size) : { className: 'UNet2DModel', config: unetOf(size) }
}

/** Points of a cloud beyond which they attend through learned points: a step of 256 points takes two thirds of the time. */
const manyPoints = 128

/** The default network for anything but images. */
function usualOther({ kind, shape }: Setting, unet: UNetChoices): NetworkSpec {
  if (kind !== 'cloud') return { className: 'MLP', config: mlpOf(unet) }
  const { widths: [width = 96] = [], depth = 4 } = unet
  const induced = shape[0]! > manyPoints ? { num_inducing_points: shape[0]! > 1024 ? 64 : 32 } : {}
  return {
    className: 'SetTransformer',
    config: { hidden_size: width, num_layers: depth, num_attention_heads: headsOf(width), ...induced },
  }
}

/** Heads of about 32 features, their number a divisor of the width. */
function headsOf(width: number): number {
  let heads = Math.max(1, Math.round(width / 32))
  while (width % heads !== 0) heads--
  return heads
}

/** The default network for points and other numbers. */
function mlpOf({ widths = [256], depth = 4, timeFeatures }: UNetChoices): Record<string, unknown> {
  return { width: widths[0], layers: depth, ...(timeFeatures !== undefined && { time_features: timeFeatures }) }
}

/** The size and channels of an image, and the frames of a video, for a network of this stride, and the factor of its output channels. */
function imageSizes(shape: readonly number[], patch: number, stride: number, outputs: number): Record<string, unknown> {
  const sees = frameOf(shape, patch, stride).network
  const [channels, height, width] = [sees[0]!, sees.at(-2)!, sees.at(-1)!]
  return {
    ...(sees.length === 4 && { num_frames: sees[1]! }),
    sample_size: sampleSize(height, width),
    in_channels: channels,
    out_channels: outputs * channels,
  }
}

/** What heights and widths must be multiples of, before the configuration is complete enough to build the network. */
function strideOf(className: string, config: Readonly<Record<string, unknown>>): number {
  if (!className.includes('UNet')) return Number(config.patch_size ?? 2)
  const usual = className.startsWith('UNet2D') ? 4 : 2
  return 2 ** (((config.block_out_channels as readonly unknown[] | undefined)?.length ?? usual) - 1)
}
