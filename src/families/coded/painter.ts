/** The ability to draw from a model of codes. */
import { TweedieError } from '../../errors.ts'
import type { ValuesOf } from '../../options.ts'
import type { drawOptions } from '../draw-options.ts'
import type { Shards } from '../../tools/shards/shards.ts'
import { drawnValues, makesOf } from '../drawn-values.ts'
import type { Painter, Setting } from '../family.ts'
import { type Compiled, type Warm, warm } from '../warm.ts'
import type { CodedModel } from './coded-model.ts'
import type { sampleOptions } from './options/sample.ts'
import { itemsOf, usualChoice, type ValueChoice } from './values-of.ts'

type Options = ValuesOf<typeof sampleOptions & typeof drawOptions>

/** The default numbers of items, and of items at a time. */
const usual = { count: 16, batch: 64 }

/** How to draw. */
export interface DrawItems {
  readonly count: number
  readonly seed: number
  readonly batch?: number | undefined
  readonly draw?: ValueChoice | undefined
  /** The batches that are computed here, where several processes share the work. */
  readonly shards?: Shards | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** Where it runs. */
export type DrawSetting = Pick<Setting, 'engine' | 'device' | 'threads'>

/** Opens a model to draw from it again and again: items `[count, ...item]` as the network has them. */
export type GeneratorOf<Model> = (model: Model, setting: DrawSetting) => Warm<DrawItems, Float32Array>

/** What the decoder gives for so many draws of the codes. */
export type Outputs<Model> = (
  model: Model,
  setting: DrawSetting,
  options: DrawItems & { readonly batch: number },
  compiled: Compiled,
) => Promise<Float32Array>

/** A generator, from what decodes. */
export function generatorWith<Model extends CodedModel>(outputs: Outputs<Model>): GeneratorOf<Model> {
  return (model, setting) =>
    warm<DrawItems, Float32Array>(async ({ batch = usual.batch, ...options }, compiled) => {
      const { count, seed, draw = usualChoice(model) } = options
      for (const [what, value] of Object.entries({ 'number of samples': count, 'batch size': batch })) {
        if (Number.isInteger(value) && value > 0) continue
        throw new TweedieError('usage', `the ${what} is ${value}: must be a positive whole number`)
      }
      return itemsOf(model, await outputs(model, setting, { ...options, batch }, compiled), { draw, seed })
    })
}

/** A painter of a model. */
export function painterWith<Model extends CodedModel>(
  generatorOf: GeneratorOf<Model>,
): (model: Model, setting: Setting) => Painter {
  return (model, setting) => {
    const generator = generatorOf(model, setting)
    const unit = model.scale.kind === 'image' ? 'images' : 'items'
    return {
      makes: makesOf(model),
      get compilations() {
        return generator.compilations
      },
      async draw(values, { signal, onProgress, frames } = {}) {
        if (frames) throw new TweedieError('usage', 'an autoencoder draws in one step: there is no trajectory')
        const { count = usual.count, seed = 0, batch, draw = usualChoice(model) } = values as Options
        const items = await generator.draw({
          count,
          seed,
          batch,
          draw,
          shards: setting.shards,
          signal,
          onProgress: (done, total) => onProgress?.({ phase: 'sample', done, total, unit }),
        })
        setting.shards?.requireAll()
        return drawnValues(model, items, {
          how: { seed, draw },
          howText: `seed ${seed}, ${draw}s of the decoder's law`,
        })
      },
      dispose: () => generator.dispose(),
      [Symbol.dispose]: () => generator.dispose(),
    }
  }
}
