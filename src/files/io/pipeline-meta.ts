/** The `tweedie.json` of a pipeline of diffusers, which has none: images, and the codes of its autoencoder, by its configurations. */
import * as z from 'zod/mini'
import { TweedieError } from '../../errors.ts'
import { parseConfig } from './parse-config.ts'
import { pipelineOf } from './pipelines.ts'
import { parametrisationOf } from './default-meta.ts'
import type { SchedulerConfig } from './scheduler-config.ts'
import { parseTweedieMeta, type TweedieMeta } from './tweedie-meta.ts'

/** What is read. */
export interface PipelineConfigs {
  /** The class of the pipeline, and what else its index says. */
  readonly pipeline: string
  readonly settings: Readonly<Record<string, unknown>>
  /** The configurations of U-Net and autoencoder. */
  readonly unet: Readonly<Record<string, unknown>>
  readonly vae: Readonly<Record<string, unknown>>
  readonly scheduler: SchedulerConfig
}

/** How it is read. */
export interface PipelineReading {
  /** The version of diffusers that wrote the U-Net. */
  readonly version?: unknown
  /** Height and width of codes, where the U-Net says something else or nothing. */
  readonly sampleSize?: number | readonly [height: number, width: number] | undefined
  /** Receives sentences about what was chosen. */
  readonly notes: string[]
}

const size = z.int().check(z.positive())
const unetSchema = z.looseObject({
  sample_size: z.nullish(z.union([size, z.tuple([size, size])])),
  out_channels: z._default(size, 4),
})
const vaeSchema = z.looseObject({
  out_channels: z._default(size, 3),
  latent_channels: z._default(size, 4),
  block_out_channels: z._default(z.array(size), [64]),
  scaling_factor: z._default(z.number().check(z.positive()), 0.18215),
  shift_factor: z._default(z.nullable(z.number()), null),
  latents_mean: z._default(z.nullable(z.array(z.number())), null),
  latents_std: z._default(z.nullable(z.array(z.number())), null),
})

/** The standard deviation of pixels around what is decoded, in values from −1 to 1: nobody measured it, and only likelihoods depend on it. */
const assumedSigma = 0.1

/** Steps of a model that was distilled to need few. */
const fewSteps = 4

/** The side of codes that the first U-Nets were trained for; their configurations say less. */
const firstSide = 64

/**
 * The metadata.
 *
 * @throws TweedieError `model` where U-Net and autoencoder do not fit together
 */
export function pipelineMeta(
  { pipeline, settings, unet, vae, scheduler }: PipelineConfigs,
  source: string,
  { version, sampleSize, notes }: PipelineReading,
): TweedieMeta {
  const { sample_size: side, out_channels: channels } = parseConfig(unetSchema, unet, `${source}/unet/config.json`)
  const known = parseConfig(vaeSchema, vae, `${source}/vae/config.json`)
  if (known.latent_channels !== channels) {
    throw new TweedieError(
      'model',
      `${source}: vae/ has codes of ${known.latent_channels} channels, and unet/ is for ${channels}`,
    )
  }
  const factor = 2 ** (known.block_out_channels.length - 1)
  const [height, width] = pair(sampleSize ?? sideOf(side ?? firstSide, version, notes))
  const { shift, scale } = scaleOfCodes(known, channels)
  return parseTweedieMeta({
    data: {
      name: 'unknown',
      kind: 'image',
      shape: [known.out_channels, height * factor, width * factor],
      range: [0, 255],
      latents: { shape: [channels, height, width], shift, scale, pipeline: { ...settings, className: pipeline } },
    },
    objective: {
      parametrisation: parametrisationOf(scheduler),
      autoencoder: { parametrisation: 'evidence-bound', law: { name: 'gaussian', sigma: assumedSigma } },
    },
    sampler: samplerOf(pipeline, scheduler, notes),
    parts: { vae: { frozen: true } },
  })
}

const pair = (side: number | readonly [number, number]) => (typeof side === 'number' ? ([side, side] as const) : side)

/** Configurations older than 0.9.0 say 32 of networks that were trained for 64. */
function sideOf<Side extends number | readonly [number, number]>(
  side: Side,
  version: unknown,
  notes: string[],
): Side | number {
  const old = typeof version === 'string' && /^0\.[0-8]\./.test(version)
  if (!old || pair(side)[0] >= firstSide) return side
  notes.push(
    `unet: pictures are drawn from codes of ${firstSide} × ${firstSide}: its configuration of diffusers ${version} says less than it was trained for`,
  )
  return firstSide
}

/** codes = shift + scale · x, channel by channel. */
function scaleOfCodes(
  { latents_mean: mean, latents_std: std, scaling_factor: factor, shift_factor: shift }: z.output<typeof vaeSchema>,
  channels: number,
): { readonly shift: number[]; readonly scale: number[] } {
  const each = (values: readonly number[] | null, otherwise: number): number[] =>
    Array.from({ length: channels }, (_, i) => values?.[i] ?? otherwise)
  return {
    shift: each(mean, shift ?? 0),
    scale: each(std, 1).map((value) => value / factor),
  }
}

/** How it is drawn: as its scheduler says, in few steps and unguided where that is what it was distilled for. */
function samplerOf(pipeline: string, scheduler: SchedulerConfig, notes: string[]): TweedieMeta['sampler'] {
  const { guidance } = pipelineOf(pipeline)!
  const plain = { sampler: 'scheduler', spacing: 'scheduler', guidance }
  const { _class_name: className, timestep_spacing: spacing } = scheduler
  if (className === 'LCMScheduler') return { ...plain, steps: fewSteps }
  if (className === 'TCDScheduler') return { ...plain, steps: fewSteps, guidance: 0 }
  if (!className.startsWith('Euler') || spacing !== 'trailing') return plain
  notes.push(
    `${className} with trailing steps: the model seems to be distilled, and is drawn in ${fewSteps} steps without guidance unless told otherwise`,
  )
  return { ...plain, steps: fewSteps, guidance: 0 }
}
