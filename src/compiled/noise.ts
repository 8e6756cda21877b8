/**
 * Reads and writes a model's noise schedule. Where diffusers can express it (a table of β, and a prediction of ε, x₀ or
 * v) it is a `scheduler_config.json`; everything else is in `schedule` of `tweedie.json`.
 */
import { type InputView, inputView, type InputViewName } from '../diffusion/denoise/input-view.ts'
import {
  type Objective,
  type ObjectiveSpec,
  type TrainedParametrisation,
  trainedParametrisation,
  trainedParametrisations,
} from '../diffusion/denoise/objective-spec.ts'
import type { Parametrisation, ParametrisationName } from '../diffusion/denoise/parametrisation.ts'
import { isTweedieError, TweedieError } from '../errors.ts'
import type { ModelFolder } from '../files/io/model-folder.ts'
import { parseSchedulerConfig, schedulerOptions, type SchedulerConfig } from '../files/io/scheduler-config.ts'
import type { TweedieMeta, TweedieMetaSampler } from '../files/io/tweedie-meta.ts'
import type { BetaTableName } from '../diffusion/noise/betas.ts'
import { type NoiseSpec, type OwnSchedules, scheduleOfNoise, type TableRange } from '../diffusion/noise/named.ts'
import type { Schedule } from '../diffusion/noise/schedule.ts'
import { partsOf, type SchedulerParts } from '../diffusion/sample/scheduler/parts.ts'
import { type Sampling, samplingOf } from './sampling.ts'

/** What turns a network's output into a posterior mean. */
export interface ModelNoise {
  readonly schedule: Schedule
  readonly parametrisation: Parametrisation
  readonly view: InputView
  /** The same, and the model's sampling settings in diffusers' terms, if it has any. */
  readonly scheduler: SchedulerConfig | null
  /** How it is sampled by default. */
  readonly sampling: Sampling
}

/** diffusers' names of the parametrisations that it has. */
const predictionTypes = Object.freeze({ epsilon: 'epsilon', sample: 'sample', v_prediction: 'v' } as const)

/**
 * The noise of a folder.
 *
 * @param own schedules by names of the user's own
 * @throws TweedieError `model` if the folder does not name one, or names an unknown one
 */
export function noiseOfFolder(
  { scheduler, meta }: Pick<ModelFolder, 'scheduler' | 'meta'>,
  own: OwnSchedules = {},
): ModelNoise {
  if (scheduler !== null) {
    const parts = partsOfScheduler(scheduler)
    return {
      schedule: parts.schedule,
      parametrisation: trainedParametrisation(parts.kind),
      view: viewOf(parts),
      scheduler,
      sampling: samplingOf(parts.schedule, meta.sampler, parts),
    }
  }
  if (meta.schedule === null) {
    throw new TweedieError(
      'model',
      'neither scheduler_config.json nor tweedie.json says on which noise the model is trained',
    )
  }
  const { input, sigmaData, ...noise } = meta.schedule
  const name = meta.objective.parametrisation as TrainedParametrisation
  if (!trainedParametrisations.includes(name)) throw unreadable(`objective.parametrisation is ${name}`)
  try {
    const schedule = scheduleOfNoise(noise as unknown as NoiseSpec, own)
    const data = sigmaData as number | undefined
    const view = inputView(input as InputViewName, schedule, data)
    const parametrisation = trainedParametrisation(name, data)
    return { schedule, parametrisation, view, scheduler, sampling: samplingOf(schedule, meta.sampler) }
  } catch (cause) {
    throw isTweedieError(cause) ? unreadable(cause.message, cause) : cause
  }
}

function unreadable(message: string, cause?: unknown): TweedieError {
  return new TweedieError('model', `tweedie.json: ${message}`, { hint: 'was it written by a newer tweedie?', cause })
}

/**
 * The noise of a training run, and its entry in `tweedie.json`.
 *
 * @param learned whether the network predicts variances
 * @param record how it is sampled, if training decides that
 */
export function noiseOfRun(
  noise: NoiseSpec,
  spec: ObjectiveSpec,
  { schedule, parametrisation, view }: Pick<Objective, 'schedule' | 'parametrisation' | 'view'>,
  learned: boolean,
  record: TweedieMetaSampler = {},
): ModelNoise & { readonly meta: TweedieMeta['schedule'] } {
  const known = Object.values(predictionTypes).some((name) => name === spec.parametrisation)
  if ('table' in noise && known && view.name === 'level') {
    const plain = schedulerOf(noise.table, noise.levels, spec.parametrisation as ParametrisationName, noise)
    const scheduler: SchedulerConfig = learned ? { ...plain, variance_type: 'learned_range' } : plain
    const parts = partsOfScheduler(scheduler)
    const sampling = samplingOf(parts.schedule, record, parts)
    return { schedule: parts.schedule, parametrisation, view, scheduler, sampling, meta: null }
  }
  const meta = { ...noise, input: view.name, sigmaData: spec.sigmaData ?? 0.5 }
  return { schedule, parametrisation, view, scheduler: null, sampling: samplingOf(schedule, record), meta }
}

function partsOfScheduler(scheduler: SchedulerConfig): SchedulerParts {
  return partsOf(schedulerOptions(scheduler, 'scheduler_config.json'))
}

/** The time as a network input: its level in the table, or a number in its place. */
function viewOf({ table, level }: SchedulerParts): InputView {
  return Object.freeze({ name: table ? 'level' : 'time', scale: () => 1, time: level })
}

/** The configuration of a named table and a prediction. */
export function schedulerOf(
  name: BetaTableName,
  levels: number,
  kind: ParametrisationName,
  { betaStart, betaEnd }: TableRange = {},
): SchedulerConfig {
  const prediction = Object.entries(predictionTypes).find(([, ours]) => ours === kind)?.[0]
  if (prediction === undefined) {
    throw new TweedieError('usage', `a model that predicts ${kind} has no place in a diffusers folder`, {
      hint: `one of ${Object.values(predictionTypes).join(', ')}`,
    })
  }
  return parseSchedulerConfig({
    _class_name: 'DDPMScheduler',
    beta_schedule: name,
    num_train_timesteps: levels,
    ...(betaStart !== undefined && { beta_start: betaStart }),
    ...(betaEnd !== undefined && { beta_end: betaEnd }),
    prediction_type: prediction,
    clip_sample: true,
  })
}
