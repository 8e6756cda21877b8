/** The Gaussian noise of a model in words. */
import type { ModelNoise } from '../compiled/noise.ts'
import type { TweedieMeta } from '../files/io/tweedie-meta.ts'

/** The same for machines and for people. */
export function describeNoise({
  scheduler,
  schedule,
  meta,
}: Pick<ModelNoise, 'scheduler' | 'schedule'> & { readonly meta: TweedieMeta }) {
  if (!scheduler) return { facts: { noise: meta.schedule }, text: schedule.name }
  const { beta_schedule, num_train_timesteps: levels } = scheduler
  const name = schedule.table ? beta_schedule : schedule.name
  return { facts: { noise: { schedule: name, levels } }, text: `${name}, ${levels} levels` }
}
