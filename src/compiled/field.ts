/// <reference lib="esnext.disposable" preserve="true" />
/** A network as a field v(x, t): an expression to train, and a compiled function of arrays. */
import type { DenoiseContext, FloatArray } from '../diffusion/denoise/denoiser.ts'
import { basis } from '../diffusion/denoise/divergence.ts'
import type { FieldGraph, FlowField, SlopeAndDivergence } from '../diffusion/ode-flow/field.ts'
import { broadcastTo, concat, gradients, input, mul, reshape, sizeOf, sum } from '../engine/graph/index.ts'
import type { Tensor } from '../engine/graph/index.ts'
import { conditionArrays, conditionInputs } from '../engine/nn/condition-spec.ts'
import type { Network } from '../engine/nn/network.ts'
import { Scope } from '../engine/nn/parameters.ts'
import { compile, type Program } from '../engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import { TweedieError } from '../errors.ts'
import { type ConditionedNetwork, feedConditions } from './condition-feeds.ts'
import type { NetworkWeights } from './network-graph.ts'
import { turns } from './turns.ts'

/** The parts of a model that make a field. */
export type FieldModel = NetworkWeights &
  Pick<ConditionedNetwork, 'unconditionalLabel'> & {
    /** The network's time is so many times t. */
    readonly timeScale: number
  }

/** A compiled field. Its calls take turns. */
export interface ModelField extends FlowField, Disposable {
  /** The largest number of items it takes at a time. */
  readonly batch: number
  dispose(): void
}

/**
 * A network as a field of `items` items under their conditions, inputs of the graph by their names. Items that come several times have
 * their conditions as many times.
 */
export function fieldGraph(network: Network, scope: Scope, items: number, timeScale: number): FieldGraph {
  const conditions = Object.entries(conditionInputs(network.conditions, items))
  return (x, t) => {
    const batch = x.shape[0]!
    const copies = batch / items
    const repeated = conditions.map(([name, value]) => [
      name,
      concat(
        Array.from({ length: copies }, () => value),
        0,
      ),
    ])
    const time = mul(t, timeScale)
    return network.build(scope, {
      x,
      t: network.sharedTime ? time : broadcastTo(time, [batch]),
      conditions: Object.fromEntries(repeated) as Readonly<Record<string, Tensor>>,
    })
  }
}

/**
 * Compiles a model's field with its derivative, εᵀ (∂v/∂x) ε by one backward pass for a probe.
 *
 * @example
 * using field = await modelField(model, engine, { batch: 64 })
 * const { logDensity } = await flowLikelihood(field, items)
 */
export async function modelField(
  model: FieldModel,
  engine: Engine,
  { batch, ...session }: Pick<SessionOptions, 'device' | 'threads'> & { readonly batch: number },
): Promise<ModelField> {
  const { network, timeScale } = model
  const { inputShape: shape } = network
  const size = sizeOf(shape)
  const [x, t, probe] = [input('x', [batch, ...shape]), input('t', [1]), input('probe', [batch, ...shape])]
  const slope = fieldGraph(network, new Scope(), batch, timeScale)(x, t)
  const [pulled] = gradients(slope, [x], probe)
  const product = sum(reshape(mul(pulled!, probe), [batch, size]), 1)
  const constants = new Map(Array.from(model.layout.toMap(model.weights), ([name, { data }]) => [name, data]))
  const feeds = {
    ...conditionArrays(network.conditions, batch),
    x: new Float32Array(batch * size),
    t: new Float32Array(1),
    probe: new Float32Array(batch * size),
  }
  const results = { slope: new Float32Array(batch * size), product: new Float32Array(batch) }
  const bind = (program: Program) => ({ program, run: program.bind(feeds, results) })
  const plain = bind(await compile({ slope }, engine, { ...session, constants }))
  // compiled when it is first needed: samples need no derivative
  let derived: Promise<ReturnType<typeof bind>> | undefined
  const withDerivative = () => (derived ??= compile({ slope, product }, engine, { ...session, constants }).then(bind))
  const release = ({ program, run }: ReturnType<typeof bind>): void => {
    run.dispose()
    program.dispose()
  }
  const { take, close } = turns('the field', () => {
    release(plain)
    void derived?.then(release, () => undefined)
  })
  /** Fills the inputs, and returns the number of items. */
  const fill = (points: FloatArray, time: number, conditions: DenoiseContext['conditions']): number => {
    const items = points.length / size
    if (items > batch) throw new TweedieError('shape', `${items} items for a field of ${batch}`)
    feedConditions(model, feeds, conditions, items)
    feeds.x.set(points)
    feeds.t[0] = time
    return items
  }
  const options = (signal: AbortSignal | undefined) => (signal ? { signal } : {})
  return {
    shape,
    batch,
    slope: (points, time, { signal, conditions } = {}) =>
      take(async () => {
        fill(points, time, conditions)
        await plain.run.run(options(signal))
        return results.slope.slice(0, points.length)
      }, signal),
    slopeAndDivergence: (points, time, v, { signal, conditions } = {}): Promise<SlopeAndDivergence> =>
      take(async () => {
        const items = fill(points, time, conditions)
        const { run } = await withDerivative()
        const divergence = new Float64Array(items)
        for (const each of v ? [v] : basis(points, size)) {
          feeds.probe.set(each)
          await run.run(options(signal))
          for (let item = 0; item < items; item++) divergence[item]! += results.product[item]!
        }
        return { slope: results.slope.slice(0, points.length), divergence }
      }, signal),
    dispose: close,
    [Symbol.dispose]: close,
  }
}
