/** The abilities to encode and decode: items carried along the field to white noise, and back. */
import { carry } from '../../diffusion/ode-flow/solve.ts'
import { TweedieError } from '../../errors.ts'
import { itemSize } from '../../files/data/dataset.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { classesAsked } from '../class-numbers.ts'
import { labelsFor } from '../conditions.ts'
import type { drawOptions } from '../draw-options.ts'
import { drawnValues } from '../drawn-values.ts'
import type { Drawn, Item, Setting } from '../family.ts'
import { readCodes, readItems } from '../read-items.ts'
import { sessionOf } from '../session-of.ts'
import { workOn } from '../warm.ts'
import { fieldOf } from './generate.ts'
import type { CnfModel } from './model.ts'
import type { sampleOptions } from './options/sample.ts'
import { chooseSolver, solverText } from './solver-choice.ts'

/** An item by name, or as values. */
type Options = Omit<ValuesOf<typeof sampleOptions & typeof drawOptions>, 'encode' | 'decode'> & {
  readonly encode?: Item
  readonly decode?: Item
}

/** Encodes items to their latents, `[n, ...item]`: white noise, if the model knows the data. */
export async function encode(model: CnfModel, values: OptionValues, setting: Setting): Promise<Drawn> {
  const options = values as Options
  const { scale } = model
  const item = options.encode!
  if (typeof item === 'string' && !item.toLowerCase().endsWith('.npy') && scale.kind !== 'image') {
    throw new TweedieError('usage', `\`encode: ${item}\`: the model is not of pictures`, { hint: 'an array, .npy' })
  }
  const x = await readItems(item, { shape: scale.shape, scale }, options.fit, setting.access)
  const data = await walk(model, options, setting, { x, from: 0, to: 1, phase: 'encode' })
  const shape = [data.length / itemSize(scale.shape), ...scale.shape]
  return {
    ...factsOf(model, options, 'encode'),
    count: shape[0]!,
    shape,
    array: () => ({ shape, data }),
    part: () => ({}),
  }
}

/** Decodes latents to items. */
export async function decode(model: CnfModel, values: OptionValues, setting: Setting): Promise<Drawn> {
  const options = values as Options
  const { shape } = model.scale
  const x = await readCodes(options.decode!, shape, setting.access)
  const items = await walk(model, options, setting, { x, from: 1, to: 0, phase: 'decode' })
  return drawnValues(model, items, factsOf(model, options, 'decode'))
}

async function walk(
  model: CnfModel,
  options: Options,
  setting: Setting,
  {
    x,
    from,
    to,
    phase,
  }: { readonly x: Float32Array; readonly from: 0 | 1; readonly to: 0 | 1; readonly phase: string },
): Promise<Float32Array> {
  const solver = chooseSolver(model, options)
  const batch = x.length / itemSize(model.scale.shape)
  const asked = classesAsked(model, options.class, batch)
  if (model.classNames.length > 0 && !asked) {
    throw new TweedieError('usage', `\`${phase}\`: the flow of each class is another, and none is named`, {
      hint: `\`class: ${model.classNames[0]}\``,
    })
  }
  const labels = labelsFor(model, batch, asked, 'in turn')
  const { signal, onProgress } = setting
  using work = workOn(setting.kept, signal)
  const field = await fieldOf(model, setting.engine, sessionOf(setting), batch, work.compiled)
  let last = x
  const context = { signal, ...(labels && { conditions: { labels } }) }
  for await (const { y, to: time } of carry(field, x, { solver, from, to, context })) {
    last = Float32Array.from(y)
    onProgress?.({ phase, done: Math.abs(time - from), total: 1 })
  }
  return last
}

function factsOf(model: CnfModel, options: Options, way: 'encode' | 'decode'): Pick<Drawn, 'how' | 'howText'> {
  const item = options[way]
  const solver = chooseSolver(model, options)
  return {
    how: {
      [way]: typeof item === 'string' ? item : null,
      sampler: solver.name,
      steps: solver.name === 'rk45' ? null : solver.steps,
      class: options.class ?? null,
    },
    howText: solverText(solver),
  }
}
