/** The abilities to encode and decode: items to their latents and back, exactly. */
import { flowDensity } from '../../compiled/flow-density.ts'
import { flowInverse } from '../../compiled/flow-inverse.ts'
import { conditionsOfItems } from '../../diffusion/denoise/conditions.ts'
import { TweedieError } from '../../errors.ts'
import { itemSize } from '../../files/data/dataset.ts'
import { toNetwork } from '../../files/data/frame.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { askConditions } from '../ask-conditions.ts'
import { classesAsked } from '../class-numbers.ts'
import { labelsFor } from '../conditions.ts'
import type { drawOptions } from '../draw-options.ts'
import { drawnValues } from '../drawn-values.ts'
import type { Drawn, Item, Setting } from '../family.ts'
import { readCodes, readItems } from '../read-items.ts'
import { sessionOf } from '../session-of.ts'
import { workOn } from '../warm.ts'
import { conditionsOf, decodeLatents } from './generate.ts'
import type { FlowModel } from './model.ts'
import type { sampleOptions } from './options/sample.ts'

/** An item by name, or as values. */
type Options = Omit<ValuesOf<typeof sampleOptions & typeof drawOptions>, 'encode' | 'decode'> & {
  readonly encode?: Item
  readonly decode?: Item
}

/** Items at a time. */
const most = 64

/** Encodes items to their latents, `[n, D]`; pictures are taken at the centres of their shades. */
export async function encode(model: FlowModel, values: OptionValues, setting: Setting): Promise<Drawn> {
  const options = values as Options
  const { frame, scale } = model
  const size = itemSize(frame.network)
  const items = await readItems(
    namedPicture(model, options.encode!),
    { shape: frame.item, scale },
    options.fit,
    setting.access,
  )
  const x = toNetwork(frame, items, new Float32Array((items.length / itemSize(frame.item)) * size))
  const { count, batch, conditions } = await plan(model, x, options, setting)
  const { engine, signal, kept, onProgress } = setting
  using work = workOn(kept, signal)
  const density = await work.compiled(`density ${batch}`, () =>
    flowDensity(model, engine, { batch, ...sessionOf(setting) }),
  )
  const latents = new Float32Array(x.length)
  for (let first = 0; first < count; first += batch) {
    const now = Math.min(batch, count - first)
    const part = await density.of(x.subarray(first * size, (first + now) * size), {
      conditions: conditionsOfItems(conditions, first, now, count),
      signal,
    })
    latents.set(part.latents, first * size)
    onProgress?.({ phase: 'encode', done: first + now, total: count, unit: 'items' })
  }
  const shape = [count, size]
  return { ...factsOf(options, 'encode'), count, shape, array: () => ({ shape, data: latents }), part: () => ({}) }
}

/** Decodes latents to items. */
export async function decode(model: FlowModel, values: OptionValues, setting: Setting): Promise<Drawn> {
  const options = values as Options
  const latents = await readCodes(options.decode!, [itemSize(model.frame.network)], setting.access)
  const { batch, conditions } = await plan(model, latents, options, setting)
  const { engine, signal, kept, onProgress, onRemark } = setting
  using work = workOn(kept, signal)
  const inverse = await work.compiled(`inverse ${batch}`, () =>
    flowInverse(model, engine, { batch, ...sessionOf(setting) }),
  )
  const items = await decodeLatents(model, inverse, latents, {
    conditions,
    signal,
    onRemark,
    onProgress: (done, total) => onProgress?.({ phase: 'decode', done, total, unit: 'items' }),
  })
  return drawnValues(model, items, factsOf(options, 'decode'))
}

/** The item, if it is an array or the model makes pictures. */
function namedPicture({ scale }: FlowModel, item: Item): Item {
  if (scale.kind === 'image' || typeof item !== 'string' || item.toLowerCase().endsWith('.npy')) return item
  throw new TweedieError('usage', `\`encode: ${item}\`: the items of this model are no pictures`, {
    hint: 'an .npy file, as `sample` writes it',
  })
}

async function plan(model: FlowModel, x: Float32Array, options: Options, { access }: Setting) {
  const count = x.length / itemSize(model.frame.network)
  const labels = labelsFor(model, count, classesAsked(model, options.class, count), 'nothing')
  const asked = await askConditions(model, options.condition, count, access)
  return { count, batch: Math.min(count, options.batch ?? most), conditions: conditionsOf(model, count, asked, labels) }
}

function factsOf(options: Options, way: 'encode' | 'decode'): Pick<Drawn, 'how' | 'howText'> {
  const item = options[way]
  return { how: { [way]: typeof item === 'string' ? item : null, class: options.class ?? null }, howText: way }
}
