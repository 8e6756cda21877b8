/// <reference lib="esnext.disposable" preserve="true" />
/** A model of tokens as a denoiser: its network compiled with the weights built in. */
import {
  type CategoricalDenoiser,
  type DiscreteProcess,
  type EvaluateLogits,
  fromLogits,
} from '../diffusion/discrete/index.ts'
import { TweedieError } from '../errors.ts'
import { sizeOf } from '../engine/graph/index.ts'
import { bindPortions } from '../engine/runtime/portions.ts'
import type { Engine } from '../engine/runtime/session.ts'
import { conditionArrays } from '../engine/nn/condition-spec.ts'
import { computeWith } from './arithmetic.ts'
import { type ConditionedNetwork, feedConditions } from './condition-feeds.ts'
import type { ModelDenoiserOptions } from './denoiser.ts'
import { type NetworkWeights, samplingPortion } from './network-graph.ts'
import { networkProgram } from './network-program.ts'
import { turns } from './turns.ts'

/** The parts of a token model that make a denoiser. */
export interface CategoricalModel extends NetworkWeights, Pick<ConditionedNetwork, 'unconditionalLabel'> {
  readonly process: DiscreteProcess
  /** Of one item. */
  readonly shape: readonly number[]
}

/** A denoiser that holds a compiled network. */
export interface ModelCategoricalDenoiser extends CategoricalDenoiser, Disposable {
  /** The largest number of items it takes at a time. */
  readonly batch: number
  dispose(): void
}

/**
 * Compiles a model of tokens for batches of one size. It gives log p(x₀ = k | x_t) for every token.
 * Conditions come with each call, and calls that overlap take turns, as in `modelDenoiser`.
 *
 * @example
 * using denoiser = await categoricalDenoiser(model, engine, { batch: 4 })
 */
export async function categoricalDenoiser(
  model: CategoricalModel,
  engine: Engine,
  { batch, portion, ranges, ...session }: ModelDenoiserOptions,
): Promise<ModelCategoricalDenoiser> {
  const { network, process, shape } = model
  const each = portion ?? samplingPortion(model, batch)
  const arithmetic = computeWith(ranges, session.device)
  const program = await networkProgram(model, each, engine, { ...session, ...arithmetic })
  const size = sizeOf(shape)
  const feeds = {
    ...conditionArrays(network.conditions, batch),
    x: new Int32Array(batch * size),
    t: new Float32Array(batch),
  }
  const result = new Float32Array(batch * sizeOf(program.outputs.get('output')!.shape.slice(1)))
  const bound = bindPortions(program, feeds, { output: result }, batch / each)
  const { take, close } = turns('the denoiser', () => {
    bound.dispose()
    program.dispose()
  })
  const evaluate: EvaluateLogits = async (xt, t, items, { signal, conditions } = {}) => {
    if (items > batch || xt.length !== items * size) {
      throw new TweedieError('shape', `${xt.length / size} items for a denoiser of ${batch}`)
    }
    return take(async () => {
      feedConditions(model, feeds, conditions, items)
      feeds.x.set(xt)
      feeds.t.fill(t)
      await bound.run(items / each, signal ? { signal } : {})
      return result.slice(0, items * size * process.categories)
    }, signal)
  }
  return {
    ...fromLogits(process, shape, evaluate, { timeless: network.timeless ?? false }),
    batch,
    dispose: close,
    [Symbol.dispose]: close,
  }
}
