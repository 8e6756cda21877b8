/** The ability to draw: codes from N(0, I), decoded. */
import { sizeOf } from '../../engine/graph/index.ts'
import { generatorWith, painterWith } from '../coded/painter.ts'
import { priorNoise } from '../coded/values-of.ts'
import { codecOf } from './codec.ts'
import type { VaeModel } from './model.ts'

/** Opens a model to draw from it again and again. */
export const generatorOf = generatorWith<VaeModel>(async (model, setting, options, compiled) => {
  const { count, seed, batch } = options
  const codec = await codecOf(model, setting, Math.min(count, batch), compiled, options)
  return codec.decode(priorNoise(sizeOf(model.autoencoder.latentShape), count, seed))
})

/** A painter of a model. */
export const painter = painterWith(generatorOf)
