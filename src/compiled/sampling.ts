/** How a model is sampled by default: the settings of its folder, else ours. */
import type { Denoiser } from '../diffusion/denoise/denoiser.ts'
import { TweedieError } from '../errors.ts'
import type { Schedule } from '../diffusion/noise/schedule.ts'
import { nestedTimes } from '../diffusion/distil/clock.ts'
import { type SpacingName, spacingNames, timesOf } from '../diffusion/sample/default-times.ts'
import { type Clip, project, type SchedulerParts, type StepVariance } from '../diffusion/sample/scheduler/parts.ts'
import type { Sampler } from '../diffusion/sample/sampler.ts'
import type { TweedieMetaSampler } from '../files/io/tweedie-meta.ts'

/** How a model is sampled. */
export interface Sampling {
  /** The name of a sampler. */
  readonly sampler: string
  /** The sampler itself, with its options, if it is that of a scheduler. */
  readonly scheduled?: Sampler | undefined
  /** How many steps. */
  readonly steps: number
  /** The w of classifier-free guidance. */
  readonly guidance: number
  /** How the denoised mean is clipped to the range of the data; null: not at all. */
  readonly clip: Clip | null
  /** The variance of DDPM's steps. */
  readonly variance: StepVariance
  /**
   * The times of n steps, falling.
   *
   * @throws TweedieError `usage` for other steps than the only ones that the model has learned
   */
  times(steps: number): number[]
  /** Whether it has learned jumps of these steps, in the place of posterior means. */
  readonly jumps: boolean
}

/** Clipping to the range of the network's data. */
const toRange: Clip = Object.freeze({ kind: 'range', range: [-1, 1] as const })

/** The default number of steps, and sampler. */
const defaults = { sampler: 'dpm++-2m', steps: 20, guidance: 0 } as const

/**
 * The sampling settings of a model folder.
 *
 * @param record that of `tweedie.json`
 * @param scheduler the content of its `scheduler_config.json`, if it has one
 * @throws TweedieError `model` for an unknown spacing
 */
export function samplingOf(
  schedule: Schedule,
  record: TweedieMetaSampler = {},
  scheduler?: Pick<SchedulerParts, 'times' | 'clip' | 'variance' | 'sampler'>,
): Sampling {
  const { spacing, times } = record
  const { sampler: wanted = defaults.sampler, guidance = defaults.guidance } = record
  const scheduled = wanted === 'scheduler' ? scheduler?.sampler : undefined
  const sampler = scheduled?.name ?? wanted
  const { steps = times ? times.length - 1 : defaults.steps } = record
  return Object.freeze({
    sampler,
    ...(scheduled && { scheduled }),
    steps,
    guidance,
    clip: scheduler ? scheduler.clip : toRange,
    variance: scheduler?.variance ?? 'small',
    jumps: times !== undefined,
    times: times ? learnedTimes(schedule, sampler, times) : timesBy(schedule, spacing, scheduler),
  })
}

/**
 * Refuses a field of the sampling record that models of this kind do not use.
 *
 * @param usable the fields that models of this kind are sampled by
 * @param of what the models are of, in words
 * @throws TweedieError `model` that names the field
 */
export function requireUsable(record: TweedieMetaSampler, usable: readonly string[], of: string): void {
  const name = Object.keys(record).find((each) => record[each] !== undefined && !usable.includes(each))
  if (name === undefined) return
  throw new TweedieError('model', `tweedie.json: sampler.${name} means nothing to a model of ${of}`, {
    hint: `delete it; there are ${usable.join(', ')}`,
  })
}

/**
 * A denoiser clipped by a model's settings.
 *
 * @param clip true: always, at least to [−1, 1]; false: never; left out: as the model's folder says, and points, clouds and fields never
 */
export function clippedAs(
  { sampling, scale }: { readonly sampling: Sampling; readonly scale: { readonly kind: string } },
  denoiser: Denoiser,
  clip?: boolean,
): Denoiser {
  return project(denoiser, clipOf({ sampling, scale }, clip))
}

/** Kinds of data that are standardised, so that −1 … 1 are no bounds of theirs. */
const unbounded: readonly string[] = ['points', 'cloud', 'fields']

/** How the mean is clipped by {@link clippedAs}. */
export function clipOf(
  { sampling, scale }: { readonly sampling: Sampling; readonly scale: { readonly kind: string } },
  clip?: boolean,
): Clip | null {
  const wanted = clip ?? (!unbounded.includes(scale.kind) && sampling.clip !== null)
  return wanted ? (sampling.clip ?? toRange) : null
}

/** The times that a model has learned to jump between. A model that jumps to data can be noised again, to any other time. */
function learnedTimes(schedule: Schedule, sampler: string, times: readonly number[]): (steps: number) => number[] {
  const learned = times.length - 1
  if (times.some((t, i) => i > 0 && !(t < times[i - 1]!)) || times.at(-1) !== 0) {
    throw new TweedieError('model', `tweedie.json: sampler.times are ${times.join(', ')}: they must fall, to 0`)
  }
  return (steps) => {
    if (steps === learned) return [...times]
    if (sampler === consistencySampler) return nestedTimes(schedule, steps)
    throw new TweedieError('usage', `${steps} steps: the model has learned to sample in ${learned}`, {
      hint: 'leave `steps` out, or sample its teacher',
    })
  }
}

/** The sampler of models that jump straight to data. */
export const consistencySampler = 'consistency'

function timesBy(
  schedule: Schedule,
  spacing: string | undefined,
  scheduler: Pick<SchedulerParts, 'times'> | undefined,
): (steps: number) => number[] {
  if (spacing === undefined) return (steps) => timesOf(schedule, steps)
  if (spacing === 'scheduler' && scheduler) return scheduler.times
  if (!spacingNames.some((name) => name === spacing)) {
    throw new TweedieError('model', `tweedie.json: sampler.spacing is ${JSON.stringify(spacing)}`, {
      hint: `one of ${spacingNames.join(', ')}${scheduler ? ', scheduler' : ''}`,
    })
  }
  return (steps) => timesOf(schedule, steps, spacing as SpacingName)
}
