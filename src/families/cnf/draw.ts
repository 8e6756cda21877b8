/** The ability to draw: a painter that keeps what it compiled. */
import type { FlowSolver } from '../../diffusion/ode-flow/solve.ts'
import { TweedieError } from '../../errors.ts'
import { itemSize } from '../../files/data/dataset.ts'
import type { ValuesOf } from '../../options.ts'
import { classesAsked } from '../class-numbers.ts'
import type { drawOptions } from '../draw-options.ts'
import { drawnValues, makesOf, valuesView, valueViews } from '../drawn-values.ts'
import type { Drawn, DrawWatch, Frame, Painter, Setting } from '../family.ts'
import { sessionOf } from '../session-of.ts'
import { type GenerateProgress, usualBatch, warmGenerator } from './generate.ts'
import type { CnfModel } from './model.ts'
import type { sampleOptions } from './options/sample.ts'
import { chooseSolver, solverText } from './solver-choice.ts'

type Options = ValuesOf<typeof sampleOptions & typeof drawOptions>

/** The default number of items. */
const defaultCount = 16

/** A painter of a model. */
export function painter(model: CnfModel, setting: Setting): Painter {
  const generator = warmGenerator(model, setting.engine, sessionOf(setting))
  return {
    makes: makesOf(model),
    get compilations() {
      return generator.compilations
    },
    async draw(values, watch = {}) {
      const options = values as Options
      const { count = defaultCount, seed = 0, batch } = options
      const solver = chooseSolver(model, options)
      const labels = classesAsked(model, options.class, count)
      if (watch.frames && solver.name === 'rk45' && count > (batch ?? usualBatch)) {
        throw new TweedieError('usage', 'a trajectory by rk45: it takes other steps for each batch', {
          hint: '`sampler: rk4`, or a `batch` as large as `count`',
        })
      }
      const way: { readonly time: number; readonly items: Float32Array }[] = []
      const { items, labels: drawn } = await generator.draw({
        count,
        seed,
        batch,
        solver,
        labels,
        shards: setting.shards,
        signal: watch.signal,
        onStep(progress) {
          if (watch.frames) put(way, model, count, progress)
          report(model, count, progress, watch)
        },
      })
      setting.shards?.requireAll()
      return drawnValues(model, items, {
        classes: drawn && Array.from(drawn, (label) => model.classNames[label] ?? String(label)),
        ...howOf(options, seed, solver),
        ...(watch.frames && { frames: way.map(({ time, items: at }): Frame => ({ time, ...valueViews(model, at) })) }),
      })
    },
    dispose: () => generator.dispose(),
    [Symbol.dispose]: () => generator.dispose(),
  }
}

function howOf(options: Options, seed: number | string, solver: FlowSolver): Pick<Drawn, 'how' | 'howText'> {
  return {
    how: {
      seed,
      sampler: solver.name,
      steps: solver.name === 'rk45' ? null : solver.steps,
      class: options.class ?? null,
    },
    howText: `seed ${seed}, ${solverText(solver)}`,
  }
}

/** Keeps the state of a batch among those of all. */
function put(
  way: { readonly time: number; readonly items: Float32Array }[],
  model: CnfModel,
  count: number,
  { index, time, firstItem, x }: GenerateProgress,
): void {
  const size = itemSize(model.frame.item)
  const frame = (way[index] ??= { time, items: new Float32Array(count * size) })
  frame.items.set(x, firstItem * size)
}

function report(
  model: CnfModel,
  count: number,
  { share, index, total, time, x }: GenerateProgress,
  { onProgress }: DrawWatch,
): void {
  onProgress?.({
    phase: 'sample',
    done: count * share,
    total: count,
    unit: model.scale.kind === 'image' ? 'images' : 'items',
    step: { index, total, time, view: () => valuesView(model, x) },
  })
}
