/** The ability to draw: codes of all levels from the top down, decoded. */
import { generatorWith, painterWith } from '../coded/painter.ts'
import { priorNoise } from '../coded/values-of.ts'
import { generatorMap, mapped } from './codec.ts'
import { type HvaeModel, latentsOf } from './model.ts'

/** Opens a model to draw from it again and again. */
export const generatorOf = generatorWith<HvaeModel>(async (model, setting, { count, seed, ...watch }, compiled) =>
  mapped(model, setting, generatorMap(model), priorNoise(latentsOf(model.network), count, seed), {
    ...watch,
    compiled,
  }),
)

/** A painter of a model. */
export const painter = painterWith(generatorOf)
