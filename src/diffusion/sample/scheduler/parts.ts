/**
 * One of diffusers' schedulers in our parts: a schedule, a parametrisation, a projection, a sampler and a grid of
 * times. All options must be filled in, as `files/io/scheduler-config.ts` reads them.
 */
import { clipped, dynamicThreshold } from '../../denoise/clip.ts'
import type { Denoiser } from '../../denoise/denoiser.ts'
import { TweedieError } from '../../../errors.ts'
import { schedulerClasses } from './classes.ts'
import { flowParts } from './flow.ts'
import type { SchedulerOptions } from './options.ts'
import { scoreParts } from './score-sde.ts'
import { tableParts } from './table.ts'
import type { Clip, SchedulerParts, StepVariance } from './types.ts'

export type { Clip, SchedulerParts, StepVariance } from './types.ts'

/**
 * Takes a scheduler apart.
 *
 * @param options all options of its class
 * @throws TweedieError `model` for a class, or a combination of options, that has no counterpart
 */
export function partsOf(options: SchedulerOptions): SchedulerParts {
  const entry = schedulerClasses[options._class_name]
  if (entry === undefined) {
    throw new TweedieError('model', `unknown scheduler class: ${options._class_name}`, {
      hint: `one of ${Object.keys(schedulerClasses).join(', ')}`,
    })
  }
  const built =
    entry.kind === 'table'
      ? tableParts(options, entry)
      : entry.kind === 'flow'
        ? flowParts(options)
        : scoreParts(options)
  const clip = clipOf(options)
  return {
    ...built,
    sampler: entry.sampler(options),
    variance: varianceOf(options),
    clip,
    project: (denoiser) => project(denoiser, clip),
  }
}

/** The denoiser with its mean clipped by these settings. */
export function project(denoiser: Denoiser, clip: Clip | null): Denoiser {
  if (clip === null) return denoiser
  if (clip.kind === 'range') return clipped(denoiser, clip.range)
  return dynamicThreshold(denoiser, { quantile: clip.ratio, max: clip.max })
}

function clipOf({ thresholding, clip_sample, ...options }: SchedulerOptions): Clip | null {
  if (thresholding) {
    return { kind: 'threshold', ratio: options.dynamic_thresholding_ratio!, max: options.sample_max_value! }
  }
  const range = options.clip_sample_range ?? 1
  return clip_sample ? { kind: 'range', range: [-range, range] } : null
}

function varianceOf({ _class_name: className, variance_type: type }: SchedulerOptions): StepVariance {
  if (!className.startsWith('DDPM')) return 'small'
  if (type === 'learned') {
    throw new TweedieError('model', `${className}: variance_type is "learned"`, {
      hint: 'of learned variances, learned_range is supported: a fraction between the smallest and the largest',
    })
  }
  return type === 'learned_range' ? 'learned' : type === 'fixed_large' ? 'large' : 'small'
}
