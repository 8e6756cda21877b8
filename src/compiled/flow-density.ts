/// <reference lib="esnext.disposable" preserve="true" />
/** A trained flow from items to latents and exact log-densities, compiled with the weights built in. */
import type { Conditions } from '../diffusion/denoise/denoiser.ts'
import { logDensity } from '../diffusion/flow/base-density.ts'
import { type FlowNetwork } from '../diffusion/flow/flow-network.ts'
import { abs, add, cast, input, less, sizeOf, sum, type Tensor } from '../engine/graph/index.ts'
import { conditionArrays, conditionInputs } from '../engine/nn/condition-spec.ts'
import type { Layout } from '../engine/nn/layout.ts'
import { Scope } from '../engine/nn/parameters.ts'
import { compile } from '../engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import { TweedieError } from '../errors.ts'
import { feedConditions } from './condition-feeds.ts'
import { turns } from './turns.ts'

/** The parts of a model that make its flow. */
export interface FlowWeights {
  readonly network: FlowNetwork
  readonly layout: Layout
  /** All weights, flat. */
  readonly weights: Float32Array
  readonly unconditionalLabel?: number | undefined
}

/** How to compile it. */
export interface FlowOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  /** Items to an evaluation. */
  readonly batch: number
}

/** What becomes of some items. */
export interface FlowLatents {
  /** `[items, D]`. */
  readonly latents: Float32Array
  /** log p(x) of each in nats, in the values that the network sees. */
  readonly logDensity: Float64Array
  /** The share of the numbers that met a spline outside its box, where it is the identity; 0 without splines. */
  readonly outside: number
}

/** A compiled flow. Calls may overlap, and then take turns. */
export interface FlowDensity extends Disposable {
  readonly batch: number
  /**
   * The latents and log-densities of up to `batch` items `[items, ...inputShape]`.
   *
   * @throws TweedieError `shape` for too many, `usage` for conditions that are missing, `diverged` for what is not finite
   */
  of(
    items: Float32Array,
    context?: { readonly conditions?: Conditions | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<FlowLatents>
  dispose(): void
}

/** The expressions of a flow for batches of one size: inputs `x` and the conditions by their names. */
export function densityGraph({ network }: Pick<FlowWeights, 'network'>, batch: number) {
  const x = input('x', [batch, ...network.inputShape])
  const scope = new Scope()
  const context = network.contextOf(scope, { x, conditions: conditionInputs(network.conditions, batch) })
  const outside: Tensor[] = []
  let met = 0
  const watch = (values: Tensor, box: number): void => {
    const axes = values.shape.slice(1).map((_, i) => i + 1)
    outside.push(sum(cast(less(box, abs(values)), 'float32'), axes))
    met += sizeOf(values.shape.slice(1))
  }
  const mapped = network.bijection.forward(scope.child('flow'), x, { ...context, watch })
  return {
    latent: mapped.y,
    logDet: mapped.logDet,
    logDensity: logDensity(mapped),
    /** How many numbers of each item met a spline outside its box, of how many. */
    outside: outside.length > 0 ? outside.reduce((a, b) => add(a, b)) : undefined,
    met,
  }
}

/** The weights of a flow by the names of the graph's inputs. */
export function weightsOf({ layout, weights }: Pick<FlowWeights, 'layout' | 'weights'>): Map<string, Float32Array> {
  return new Map(Array.from(layout.toMap(weights), ([name, { data }]) => [name, data]))
}

/**
 * Compiles it.
 *
 * @example
 * using density = await flowDensity(model, engine, { batch: 64 })
 * const { latents, logDensity } = await density.of(items)
 */
export async function flowDensity(model: FlowWeights, engine: Engine, options: FlowOptions): Promise<FlowDensity> {
  const { batch, ...session } = options
  const { network } = model
  const { latent, logDensity: log, outside, met } = densityGraph(model, batch)
  const program = await compile({ latent, log, ...(outside && { outside }) }, engine, {
    ...session,
    constants: weightsOf(model),
  })
  const size = sizeOf(network.inputShape)
  const feeds = { ...conditionArrays(network.conditions, batch), x: new Float32Array(batch * size) }
  const { take, close } = turns('the flow', () => program.dispose())
  return {
    batch,
    async of(items, { conditions, signal } = {}) {
      const count = items.length / size
      if (!Number.isInteger(count) || count > batch) {
        throw new TweedieError('shape', `${items.length} values for up to ${batch} items of ${size}`)
      }
      return take(async () => {
        feedConditions(model, feeds, conditions, count)
        feeds.x.fill(0).set(items)
        const results = await program.run(feeds, {}, signal ? { signal } : {})
        const values = Float64Array.from((results['log'] as Float32Array).subarray(0, count))
        if (!values.every(Number.isFinite)) {
          throw new TweedieError('diverged', 'the log-density of an item is not finite', {
            hint: 'are these items like those that the model was trained on? else train with a lower `rate`',
          })
        }
        const far = Array.from((results['outside'] as Float32Array | undefined)?.subarray(0, count) ?? [])
        return {
          latents: (results['latent'] as Float32Array).slice(0, count * size),
          logDensity: values,
          outside: met === 0 ? 0 : far.reduce((a, b) => a + b, 0) / (met * count),
        }
      }, signal)
    },
    dispose: close,
    [Symbol.dispose]: close,
  }
}
