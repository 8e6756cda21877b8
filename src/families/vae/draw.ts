/** The ability to draw: codes from N(0, I), decoded. */
import { TweedieError } from '../../errors.ts'
import type { ValuesOf } from '../../options.ts'
import type { drawOptions } from '../draw-options.ts'
import { drawnValues, makesOf } from '../drawn-values.ts'
import type { Painter, Setting } from '../family.ts'
import { warm } from '../warm.ts'
import { codecOf } from './codec.ts'
import type { VaeModel } from './model.ts'
import type { sampleOptions } from './options/sample.ts'
import { itemsOf, priorCodes, usualChoice, type ValueChoice } from './values-of.ts'

type Options = ValuesOf<typeof sampleOptions & typeof drawOptions>

/** The default numbers of items, and of items at a time. */
const usual = { count: 16, batch: 64 }

/** How to draw. */
export interface DrawItems {
  readonly count: number
  readonly seed: number
  readonly batch?: number | undefined
  readonly draw?: ValueChoice | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** Opens a model to draw from it again and again: items `[count, ...item]` as the network has them. */
export function generatorOf(model: VaeModel, setting: Pick<Setting, 'engine' | 'device' | 'threads'>) {
  return warm<DrawItems, Float32Array>(async ({ count, seed, batch = usual.batch, draw, ...watch }, compiled) => {
    for (const [what, value] of Object.entries({ 'number of samples': count, 'batch size': batch })) {
      if (Number.isInteger(value) && value > 0) continue
      throw new TweedieError('usage', `the ${what} is ${value}: must be a positive whole number`)
    }
    const codec = await codecOf(model, setting, Math.min(count, batch), compiled, watch)
    const outputs = await codec.decode(priorCodes(model, count, seed))
    return itemsOf(model, outputs, { draw: draw ?? usualChoice(model), seed })
  })
}

/** A painter of a model. */
export function painter(model: VaeModel, setting: Setting): Painter {
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
        signal,
        onProgress: (done, total) => onProgress?.({ phase: 'sample', done, total, unit }),
      })
      return drawnValues(model, items, { how: { seed, draw }, howText: `seed ${seed}, ${draw}s of the decoder's law` })
    },
    dispose: () => generator.dispose(),
    [Symbol.dispose]: () => generator.dispose(),
  }
}
