/** The ability to draw from a flow: a painter that keeps what it compiled. */
import type { ValuesOf } from '../../options.ts'
import { askConditions } from '../ask-conditions.ts'
import { classesAsked } from '../class-numbers.ts'
import type { drawOptions } from '../draw-options.ts'
import { drawnValues, makesOf } from '../drawn-values.ts'
import type { Painter, Setting } from '../family.ts'
import { sessionOf } from '../session-of.ts'
import { TweedieError } from '../../errors.ts'
import { warmFlowGenerator } from './generate.ts'
import type { FlowModel } from './model.ts'
import type { sampleOptions } from './options/sample.ts'

type Options = ValuesOf<typeof sampleOptions & typeof drawOptions>

/** The default number of items. */
const defaultCount = 16

/** A painter of a flow. */
export function painter(model: FlowModel, setting: Setting): Painter {
  const generator = warmFlowGenerator(model, setting.engine, sessionOf(setting))
  return {
    makes: makesOf(model),
    get compilations() {
      return generator.compilations
    },
    async draw(values, { signal, onProgress, frames } = {}) {
      if (frames) {
        throw new TweedieError('usage', '`trajectory`: a flow makes an item in one go, there are no steps to show')
      }
      const options = values as Options
      const { count = defaultCount, seed = 0, batch, temperature } = options
      const { items, labels } = await generator.draw({
        count,
        seed,
        batch,
        temperature,
        labels: classesAsked(model, options.class, count),
        conditions: await askConditions(model, options.condition, count, setting.access),
        shards: setting.shards,
        signal,
        onProgress: (done, total) =>
          onProgress?.({ phase: 'sample', done, total, unit: model.scale.kind === 'image' ? 'images' : 'items' }),
        onRemark: setting.onRemark,
      })
      setting.shards?.requireAll()
      const at = temperature ?? 1
      return drawnValues(model, items, {
        classes: labels && Array.from(labels, (label) => model.classNames[label] ?? String(label)),
        how: { seed, temperature: at, class: options.class ?? null },
        howText: `seed ${seed}${at === 1 ? '' : `, temperature ${at}`}`,
      })
    },
    dispose: () => generator.dispose(),
    [Symbol.dispose]: () => generator.dispose(),
  }
}
