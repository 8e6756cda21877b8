/** The ability to draw rows: a painter that keeps what it compiled. */
import type { ValuesOf } from '../../options.ts'
import type { drawOptions } from '../draw-options.ts'
import type { Makes, Painter, Setting } from '../family.ts'
import { sessionOf } from '../session-of.ts'
import { askedRows } from './asked-cells.ts'
import { classesIn, drawnRows } from './drawn-rows.ts'
import { warmRowGenerator } from './generate.ts'
import type { RowsModel } from './model.ts'
import type { sampleOptions } from './options/sample.ts'

type Options = ValuesOf<typeof sampleOptions & typeof drawOptions>

/** The usual number of rows, and of steps. */
export const [usualCount, usualSteps] = [16, 50] as const

/** Rows are a table, all of them together. */
export const makesRows: Makes = { pictures: 'none', texts: true, tables: 'together' }

/** A painter of a model. */
export function painter(model: RowsModel, setting: Setting): Painter {
  const generator = warmRowGenerator(model, setting.engine, sessionOf(setting))
  return {
    makes: makesRows,
    get compilations() {
      return generator.compilations
    },
    async draw(values, watch = {}) {
      const options = values as Options
      const { count = usualCount, seed = 0, batch, steps = usualSteps, eta = 0 } = options
      const rows = await generator.draw({
        rows: askedRows(model, count, options),
        batch,
        seed,
        steps,
        eta,
        shards: setting.shards,
        signal: watch.signal,
        onProgress: (done, total) => watch.onProgress?.({ phase: 'sample', done, total, unit: 'rows' }),
      })
      setting.shards?.requireAll()
      const classes = classesIn(model.plan, rows, model.target)
      return drawnRows(model.plan, rows, {
        how: { seed, steps, eta, class: options.class ?? null, given: options.given ?? [] },
        howText: `seed ${seed}, ${steps} steps`,
        ...(classes && { classes }),
      })
    },
    release: () => generator.release(),
    dispose: () => generator.dispose(),
    [Symbol.dispose]: () => generator.dispose(),
  }
}
