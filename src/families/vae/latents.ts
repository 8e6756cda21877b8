/** The abilities to encode and decode: items to codes, and codes to items. */
import { fold, key, normal } from '../../engine/random/index.ts'
import { itemSize } from '../../files/data/dataset.ts'
import type { OptionValues } from '../../options.ts'
import { type CodeOptions, drawnCodes, itemsToEncode, usualBatch, watchOf } from '../coded/encoding.ts'
import { itemsOf, usualChoice } from '../coded/values-of.ts'
import { drawnValues } from '../drawn-values.ts'
import type { Drawn, Setting } from '../family.ts'
import { readCodes } from '../read-items.ts'
import { workOn } from '../warm.ts'
import { codecOf } from './codec.ts'
import type { VaeModel } from './model.ts'

/** Encodes items to codes `[n, ...latentShape]`: the means of their laws, or draws. */
export async function encode(model: VaeModel, values: OptionValues, setting: Setting): Promise<Drawn> {
  const options = values as CodeOptions
  const { code = 'mean', seed = 0, batch = usualBatch } = options
  const { x, count } = await itemsToEncode(model, options, setting)
  const { latentShape } = model.autoencoder
  using work = workOn(setting.kept, setting.signal)
  const codec = await codecOf(model, setting, Math.min(batch, count), work.compiled, watchOf(setting, 'encode'))
  const { mean, logVariance } = await codec.encode(x)
  const size = itemSize(latentShape)
  if (code === 'sample') {
    for (let i = 0; i < count; i++) {
      const noise = normal(fold(key(seed), 'code', i), new Float32Array(size))
      noise.forEach((each, j) => (mean[i * size + j]! += Math.exp(logVariance[i * size + j]! / 2) * each))
    }
  }
  return drawnCodes(mean, [count, ...latentShape], options)
}

/** Decodes codes `[n, ...latentShape]` to items. */
export async function decode(model: VaeModel, values: OptionValues, setting: Setting): Promise<Drawn> {
  const { decode: item, draw = usualChoice(model), seed = 0, batch = usualBatch } = values as CodeOptions
  const z = await readCodes(item!, model.autoencoder.latentShape, setting.access)
  const count = z.length / itemSize(model.autoencoder.latentShape)
  using work = workOn(setting.kept, setting.signal)
  const codec = await codecOf(model, setting, Math.min(batch, count), work.compiled, watchOf(setting, 'decode'))
  const items = itemsOf(model, await codec.decode(z), { draw, seed })
  return drawnValues(model, items, {
    how: { decode: typeof item === 'string' ? item : null, draw, seed },
    howText: `${draw} of the decoder's law`,
  })
}
