/** The abilities to encode and decode: pictures to maps of tokens, and back. */
import { sizeOf } from '../../engine/graph/index.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { compiledQuantiser } from '../../compiled/quantiser.ts'
import { refuseIdle } from './refuse-idle.ts'
import type { drawOptions } from '../draw-options.ts'
import { drawnValues } from '../drawn-values.ts'
import type { Drawn, Item, Setting } from '../family.ts'
import { readCodes, readItems } from '../read-items.ts'
import { sessionOf } from '../session-of.ts'
import type { VqModel } from './model.ts'
import type { sampleOptions } from './options/sample.ts'
import { tokensToImages } from './tokens.ts'

type Options = Omit<ValuesOf<typeof sampleOptions & typeof drawOptions>, 'encode' | 'decode'> & {
  readonly encode?: Item
  readonly decode?: Item
}

/** Items at a time, if not told. */
const usualBatch = 16

/** Pictures as maps of tokens, int32 `[n, height, width]`. */
export async function encode(model: VqModel, values: OptionValues, setting: Setting): Promise<Drawn> {
  const options = values as Options
  refuseIdle(options, 'encode')
  const { item } = model.frame
  const x = await readItems(options.encode!, { shape: item, scale: model.scale }, options.fit, setting.access)
  const count = x.length / sizeOf(item)
  const { tokenShape } = model.autoencoder
  const batch = Math.min(count, options.batch ?? usualBatch)
  using quantiser = compiledQuantiser(model, setting.engine, { batch, ...sessionOf(setting) })
  const tokens = new Int32Array(count * sizeOf(tokenShape))
  for (let first = 0; first < count; first += batch) {
    const some = x.subarray(first * sizeOf(item), (first + batch) * sizeOf(item))
    tokens.set(await quantiser.encode(some, setting.signal), first * sizeOf(tokenShape))
    setting.onProgress?.({ phase: 'encode', done: Math.min(first + batch, count), total: count, unit: 'images' })
  }
  const shape = [count, ...tokenShape]
  return { ...factsOf(options, 'encode'), count, shape, array: () => ({ shape, data: tokens }), part: () => ({}) }
}

/** Maps of tokens as pictures. */
export async function decode(model: VqModel, values: OptionValues, setting: Setting): Promise<Drawn> {
  const options = values as Options
  refuseIdle(options, 'decode')
  const { batch = usualBatch } = options
  const tokens = await readCodes(options.decode!, model.autoencoder.tokenShape, setting.access)
  const { signal, onProgress } = setting
  const items = await tokensToImages(model, tokens, setting.engine, {
    ...sessionOf(setting),
    batch,
    signal,
    onProgress: (done, total) => onProgress?.({ phase: 'decode', done, total, unit: 'images' }),
  })
  return drawnValues(model, items, factsOf(options, 'decode'))
}

function factsOf(options: Options, way: 'encode' | 'decode'): Pick<Drawn, 'how' | 'howText'> {
  const item = options[way]
  return { how: { [way]: typeof item === 'string' ? item : null }, howText: `${way}d` }
}
