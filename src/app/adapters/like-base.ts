/** A model with adapters is what its base is, but for weights and the record of its training. */
import type { ModelFolder, ModelFolderInput } from '../../files/io/model-folder.ts'
import { parseSchedulerConfig } from '../../files/io/scheduler-config.ts'
import { parseTweedieMeta } from '../../files/io/tweedie-meta.ts'

/** What may differ between a base and what was trained on it. */
type Facts = Pick<ModelFolderInput, 'scheduler' | 'meta'>

/**
 * Noise and facts of a model with adapters: those of the base, with how it is sampled, and the record of the training; where that was on
 * other noise, or for another prediction, those of the training.
 */
export function likeBase(base: Facts, trained: Facts): Pick<ModelFolder, 'scheduler' | 'meta'> {
  const [own, made] = [base, trained].map(({ scheduler }) => scheduler && parseSchedulerConfig(scheduler))
  const [of, by] = [parseTweedieMeta(base.meta), parseTweedieMeta(trained.meta)]
  const noise = (scheduler: typeof own, meta: typeof of): string =>
    JSON.stringify([
      scheduler && [
        scheduler.beta_schedule,
        scheduler.beta_start,
        scheduler.beta_end,
        scheduler.num_train_timesteps,
        scheduler.prediction_type,
      ],
      meta.schedule,
      meta.process,
      meta.objective.parametrisation,
    ])
  if (noise(own, of) !== noise(made, by)) return { scheduler: made ?? null, meta: by }
  return {
    scheduler: own ?? null,
    meta: { ...of, data: { ...of.data, name: by.data.name }, training: by.training, parts: undefined },
  }
}
