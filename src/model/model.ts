/** A trained model: a network with its weights, the noise it knows, and how data become what it sees. */
import type { DataScale } from '../data/dataset.ts'
import { frameOf } from '../data/frame.ts'
import type { Frame } from '../data/frame.ts'
import type { ParametrisationName } from '../denoise/parametrisation.ts'
import { TweedieError } from '../errors.ts'
import type { ModelFolder, ModelFolderInput } from '../io/model-folder.ts'
import { parseSchedulerConfig } from '../io/scheduler-config.ts'
import type { SchedulerConfig } from '../io/scheduler-config.ts'
import type { TweedieMeta } from '../io/tweedie-meta.ts'
import type { Layout } from '../nn/layout.ts'
import { parametersOf } from '../nn/network.ts'
import type { Network } from '../nn/network.ts'
import { networkFromConfig, strideOf } from '../nn/registry.ts'
import { tableSchedule } from '../noise/table-schedule.ts'
import { namedTable, noiseTable, zeroTerminalSnr } from '../noise/table.ts'
import type { NoiseTable } from '../noise/table.ts'
import type { Schedule } from '../noise/schedule.ts'

/** A model in memory. */
export interface Model {
  readonly network: Network
  readonly layout: Layout
  /** All weights, flat. */
  readonly weights: Float32Array
  readonly parametrisation: ParametrisationName
  readonly schedule: Schedule & { readonly table: NoiseTable }
  /** The schedule, and how the model wants to be sampled, in diffusers' terms. */
  readonly scheduler: SchedulerConfig
  readonly frame: Frame
  /** From the network's values to those of the data. */
  readonly scale: DataScale
  readonly classNames: readonly string[]
  /** The label that means "no class", if the model was trained with one. */
  readonly unconditionalLabel: number | undefined
  readonly meta: TweedieMeta
}

/** diffusers' names of the parametrisations that it has. */
const predictionTypes = Object.freeze({ epsilon: 'epsilon', sample: 'sample', v_prediction: 'v' } as const)

/**
 * The model of a folder's content.
 *
 * @throws TweedieError `model` where weights and network do not fit together
 */
export function modelOf(folder: ModelFolder): Model {
  const { meta, scheduler } = folder
  if (scheduler === null) {
    throw new TweedieError('model', 'the model has no scheduler_config.json: its noise levels are unknown')
  }
  const network = networkFromConfig(folder.network.className, folder.network.config)
  const layout = parametersOf(network)
  const { data } = meta
  const frame = frameOf(data.shape, data.patch, strideOf(network))
  if (frame.network.join() !== network.inputShape.join()) {
    throw new TweedieError(
      'model',
      `data [${data.shape.join(', ')}] in patches of ${data.patch} are [${frame.network.join(', ')}] for the network, which expects [${network.inputShape.join(', ')}]`,
    )
  }
  return {
    network,
    layout,
    weights: layout.fromMap(folder.weights),
    parametrisation: predictionTypes[scheduler.prediction_type],
    schedule: scheduleOf(scheduler),
    scheduler,
    frame,
    scale: scaleOf(data),
    classNames:
      data.classNames ??
      Array.from({ length: network.classes - Number(data.unconditionalLabel !== null) }, (_, i) => String(i)),
    unconditionalLabel: data.unconditionalLabel ?? undefined,
    meta,
  }
}

/** What is written to a folder; the inverse of {@link modelOf}. */
export function folderOf(model: Model): ModelFolderInput {
  const { network, layout, weights, scheduler, meta } = model
  return {
    network: { className: network.className, config: network.config },
    weights: layout.toMap(weights),
    scheduler,
    meta,
  }
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

/** The map between values that `tweedie.json` records. */
function scaleOf({ kind, shape, range, affine }: TweedieMeta['data']): DataScale {
  return {
    kind: kind === 'image' || kind === 'points' ? kind : 'array',
    shape,
    range: range ?? [-1, 1],
    affine: (affine as DataScale['affine']) ?? undefined,
  }
}
