/** Samples of a continuous flow: white noise, carried along the field from t = 1 to t = 0, in batches. */
import { type ModelField, modelField } from '../../compiled/field.ts'
import { type Conditions, conditionsOfItems } from '../../diffusion/denoise/conditions.ts'
import { carry, type FlowSolver } from '../../diffusion/ode-flow/solve.ts'
import { randomNoise } from '../../diffusion/sample/noise-source.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import { TweedieError } from '../../errors.ts'
import { itemSize } from '../../files/data/dataset.ts'
import { labelsFor } from '../conditions.ts'
import { once } from '../../once.ts'
import { rowsOf, type Shards } from '../../tools/shards/shards.ts'
import { defined } from '../defined.ts'
import { type Compiled, type Warm, warm, type WarmSession } from '../warm.ts'
import type { CnfModel } from './model.ts'

/** How to sample. */
export interface GenerateOptions {
  readonly count: number
  /** Item i depends on (seed, i) and its class only (by `rk45`, on its batch within the tolerance); default 0. */
  readonly seed?: number | bigint | string | undefined
  readonly solver: FlowSolver
  /** The class of each item; default: all classes in turn. */
  readonly labels?: ArrayLike<number> | undefined
  /** Items computed at a time; default 256, or as many as there are. */
  readonly batch?: number | undefined
  /** The batches that are computed here, where several processes share the work. */
  readonly shards?: Shards | undefined
  readonly signal?: AbortSignal | undefined
  readonly onStep?: ((progress: GenerateProgress) => void) | undefined
}

/** After a step of a batch. */
export interface GenerateProgress {
  /** The share of all work that is done. */
  readonly share: number
  readonly firstItem: number
  readonly index: number
  readonly total: number
  /** The time reached, falling from 1 to 0. */
  readonly time: number
  /** The state, `[batch, ...item]`. */
  readonly x: Float32Array
}

/** The samples. */
export interface Generated {
  /** `[count, ...item]`, as the network has them. */
  readonly items: Float32Array
  readonly labels: Int32Array | undefined
}

/** Items computed at a time. */
export const usualBatch = 256

/** A model that is ready to draw. */
export function warmGenerator(
  model: CnfModel,
  engine: Engine,
  session: WarmSession = {},
): Warm<GenerateOptions, Generated> {
  return warm((options, compiled) => generate(model, engine, session, options, compiled))
}

/** The compiled field for batches of one size. */
export function fieldOf(
  model: CnfModel,
  engine: Engine,
  session: WarmSession,
  batch: number,
  compiled: Compiled,
): Promise<ModelField> {
  const { profile: _, ...rest } = defined(session)
  return compiled(`field ${batch}`, () => modelField(model, engine, { ...rest, batch }))
}

async function generate(
  model: CnfModel,
  engine: Engine,
  session: WarmSession,
  { count, seed = 0, solver, labels: asked, batch: wanted = usualBatch, shards, signal, onStep }: GenerateOptions,
  compiled: Compiled,
): Promise<Generated> {
  for (const [what, value] of [
    ['the number of samples', count],
    ['the batch size', wanted],
  ] as const) {
    if (Number.isInteger(value) && value > 0) continue
    throw new TweedieError('usage', `${what} is ${value}: must be a positive whole number`)
  }
  const size = itemSize(model.frame.item)
  const labels = labelsFor(model, count, asked, 'in turn')
  const conditions: Conditions = labels ? { labels } : {}
  const batch = Math.min(count, wanted)
  const field = once(() => fieldOf(model, engine, session, batch, compiled))
  const items = new Float32Array(count * size)
  for (let first = 0; first < count; first += batch) {
    const now = Math.min(batch, count - first)
    const drawn = await rowsOf(shards, { name: 'items', first, size: batch, count }, async () => {
      const x = new Float64Array(now * size)
      randomNoise(size, { seed, firstItem: first })(x, -1, 0)
      const context = { signal, conditions: conditionsOfItems(conditions, first, now, count) }
      let [index, last] = [0, new Float32Array()]
      for await (const { y, to } of carry(await field(), x, { solver, from: 1, to: 0, context })) {
        const state = Float32Array.from(y)
        if (!state.every(Number.isFinite)) throw diverged(to)
        const total = solver.name === 'rk45' ? index + 1 + Number(to > 0) : solver.steps
        onStep?.({ share: (first + now * (1 - to)) / count, firstItem: first, index, total, time: to, x: state })
        if (to === 0) last = state
        index++
      }
      return { items: last }
    })
    if (drawn) items.set(drawn.items, first * size)
  }
  return { items, labels }
}

function diverged(time: number): TweedieError {
  return new TweedieError('diverged', `the samples are not finite at t = ${time}`, {
    hint: 'more `steps`, or `sampler: rk45`',
  })
}
