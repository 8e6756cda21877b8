/**
 * The noise that a model knows, between a folder and memory. Where diffusers has words for it they are used: a table of β
 * and a prediction of ε, x₀ or v make a `scheduler_config.json`. Everything else is said by `schedule` in `tweedie.json`.
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
import { parseSchedulerConfig, type SchedulerConfig } from '../files/io/scheduler-config.ts'
import type { TweedieMeta } from '../files/io/tweedie-meta.ts'
import { type NoiseSpec, type OwnSchedules, scheduleOfNoise } from '../diffusion/noise/named.ts'
import type { Schedule } from '../diffusion/noise/schedule.ts'
import { tableSchedule } from '../diffusion/noise/table-schedule.ts'
import { namedTable, noiseTable, type NoiseTable, zeroTerminalSnr } from '../diffusion/noise/table.ts'

/** What turns a network's output into a posterior mean. */
export interface ModelNoise {
  readonly schedule: Schedule
  readonly parametrisation: Parametrisation
  readonly view: InputView
  /** The same, and how the model wants to be sampled, in diffusers' terms, if it has any. */
  readonly scheduler: SchedulerConfig | null
}

/** diffusers' names of the parametrisations that it has. */
const predictionTypes = Object.freeze({ epsilon: 'epsilon', sample: 'sample', v_prediction: 'v' } as const)

/**
 * The noise of a folder.
 *
 * @param own schedules by names of the user's own
 * @throws TweedieError `model` where the folder does not say it, or says what there is not
 */
export function noiseOfFolder(
  { scheduler, meta }: Pick<ModelFolder, 'scheduler' | 'meta'>,
  own: OwnSchedules = {},
): ModelNoise {
  if (scheduler !== null) {
    const schedule = scheduleOf(scheduler)
    const parametrisation = trainedParametrisation(predictionTypes[scheduler.prediction_type])
    return { schedule, parametrisation, view: inputView('level', schedule), scheduler }
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
    return { schedule, parametrisation: trainedParametrisation(name, data), view, scheduler }
  } catch (cause) {
    throw isTweedieError(cause) ? unreadable(cause.message, cause) : cause
  }
}

function unreadable(message: string, cause?: unknown): TweedieError {
  return new TweedieError('model', `tweedie.json: ${message}`, { hint: 'was it written by a newer tweedie?', cause })
}

/** The noise of a training run, and what `tweedie.json` has to say of it; `learned`: the network predicts variances. */
export function noiseOfRun(
  noise: NoiseSpec,
  spec: ObjectiveSpec,
  { schedule, parametrisation, view }: Pick<Objective, 'schedule' | 'parametrisation' | 'view'>,
  learned: boolean,
): ModelNoise & { readonly meta: TweedieMeta['schedule'] } {
  const known = Object.values(predictionTypes).some((name) => name === spec.parametrisation)
  if ('table' in noise && known && view.name === 'level') {
    const plain = schedulerOf(noise.table, noise.levels, spec.parametrisation as ParametrisationName)
    const scheduler: SchedulerConfig = learned ? { ...plain, variance_type: 'learned_range' } : plain
    return { schedule: scheduleOf(scheduler), parametrisation, view, scheduler, meta: null }
  }
  const meta = { ...noise, input: view.name, sigmaData: spec.sigmaData ?? 0.5 }
  return { schedule, parametrisation, view, scheduler: null, meta }
}

/** The schedule that a diffusers configuration describes. */
export function scheduleOf(config: SchedulerConfig): Schedule & { readonly table: NoiseTable } {
  const { trained_betas: betas, beta_schedule: name, num_train_timesteps: steps, beta_start, beta_end } = config
  const plain = betas ? noiseTable(betas) : namedTable(name, { steps, betaStart: beta_start, betaEnd: beta_end })
  const table = config.rescale_betas_zero_snr ? zeroTerminalSnr(plain) : plain
  return { ...tableSchedule(table, name), table }
}

/** The configuration of a table by name, predicted in this way. */
export function schedulerOf(
  name: SchedulerConfig['beta_schedule'],
  levels: number,
  kind: ParametrisationName,
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
    prediction_type: prediction,
    clip_sample: true,
  })
}
