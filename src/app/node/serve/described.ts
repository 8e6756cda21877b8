/** What a server says of its models. */
import type { DescribedAnswer, ModelAnswer } from '../../serving/bodies.ts'
import type { HeldModels } from './held-models.ts'
import { makingRoutes } from './routes.ts'
import type { Serving } from './serving.ts'
import { withoutPlaces } from './without-places.ts'

/** Of a model, without opening it. @throws ServeError for a name that there is not */
export function brief(models: HeldModels, name: string): ModelAnswer {
  const { bytes } = models.named(name)
  return { name, open: models.isOpen(name), bytes }
}

/** Of a model that is opened for it. */
export function described(
  { queue, models }: Pick<Serving, 'queue' | 'models'>,
  name: string,
  signal: AbortSignal,
): Promise<DescribedAnswer> {
  return queue.run(name, { signal }, async (model): Promise<DescribedAnswer> => {
    const { entry } = model
    const family = await entry.load()
    const { data } = model.model.meta
    return {
      ...brief(models, name),
      open: true,
      family: entry.name,
      of: entry.of,
      shape: [...data.shape],
      classNames: [...model.model.classNames],
      can: [...makingRoutes, 'bound' as const].filter((each) => family.can[each] !== undefined),
      facts: withoutPlaces((await family.describe(model.model)).facts) as DescribedAnswer['facts'],
    }
  })
}
