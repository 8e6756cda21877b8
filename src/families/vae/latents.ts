/** The abilities to encode and decode: items to codes, and codes to items. */
import { fold, key, normal } from '../../engine/random/index.ts'
import { itemSize } from '../../files/data/dataset.ts'
import { toNetwork } from '../../files/data/frame.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import type { drawOptions } from '../draw-options.ts'
import { drawnValues } from '../drawn-values.ts'
import type { Drawn, Item, Setting } from '../family.ts'
import { readCodes, readItems } from '../read-items.ts'
import { workOn } from '../warm.ts'
import { binarise } from '../coded/batches.ts'
import { codecOf } from './codec.ts'
import type { VaeModel } from './model.ts'
import type { sampleOptions } from '../coded/options/sample.ts'
import { itemsOf, usualChoice } from '../coded/values-of.ts'

/** An item by name, or as values. */
type Options = Omit<ValuesOf<typeof sampleOptions & typeof drawOptions>, 'encode' | 'decode'> & {
  readonly encode?: Item
  readonly decode?: Item
}

/** Items at a time. */
const usualBatch = 64

/** Encodes items to codes `[n, ...latentShape]`: the means of their laws, or draws. Of `bernoulli` they become black or white first. */
export async function encode(model: VaeModel, values: OptionValues, setting: Setting): Promise<Drawn> {
  const { encode: item, fit, code = 'mean', seed = 0, batch = usualBatch } = values as Options
  const { frame, scale, law, autoencoder } = model
  const read = await readItems(item!, { shape: frame.item, scale }, fit, setting.access)
  const items = law.name === 'bernoulli' ? binarise(read.slice(), fold(key(seed), 'binarise')) : read
  const count = items.length / itemSize(frame.item)
  const x = toNetwork(frame, items, new Float32Array(count * itemSize(frame.network)))
  using work = workOn(setting.kept, setting.signal)
  const codec = await codecOf(model, setting, Math.min(batch, count), work.compiled, watchOf(setting, 'encode'))
  const { mean, logVariance } = await codec.encode(x)
  const size = itemSize(autoencoder.latentShape)
  if (code === 'sample') {
    for (let i = 0; i < count; i++) {
      const noise = normal(fold(key(seed), 'code', i), new Float32Array(size))
      noise.forEach((each, j) => (mean[i * size + j]! += Math.exp(logVariance[i * size + j]! / 2) * each))
    }
  }
  const shape = [count, ...autoencoder.latentShape]
  return {
    how: { encode: typeof item === 'string' ? item : null, code, seed },
    howText: `${code} of the encoder's law`,
    count,
    shape,
    array: () => ({ shape, data: mean }),
    part: () => ({}),
  }
}

/** Decodes codes `[n, ...latentShape]` to items. */
export async function decode(model: VaeModel, values: OptionValues, setting: Setting): Promise<Drawn> {
  const { decode: item, draw = usualChoice(model), seed = 0, batch = usualBatch } = values as Options
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

function watchOf({ signal, onProgress }: Setting, phase: string) {
  return {
    signal,
    onProgress: (done: number, total: number) => onProgress?.({ phase, done, total, unit: 'items' }),
  }
}
