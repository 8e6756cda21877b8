/// <reference lib="esnext.disposable" preserve="true" />
/** A model of tokens as a denoiser: its network compiled with the weights built in. */
import { type CategoricalDenoiser, type DiscreteProcess, fromLogits } from '../diffusion/discrete/index.ts'
import { TweedieError } from '../errors.ts'
import { sizeOf } from '../engine/graph/index.ts'
import { bindPortions } from '../engine/runtime/portions.ts'
import { compile } from '../engine/runtime/program.ts'
import type { Engine } from '../engine/runtime/session.ts'
import { computeWith } from './arithmetic.ts'
import type { ModelDenoiserOptions } from './denoiser.ts'
import { networkGraph, type NetworkWeights, samplingPortion } from './network-graph.ts'

/** What of a model of tokens makes a denoiser. */
export interface CategoricalModel extends NetworkWeights {
  readonly process: DiscreteProcess
  /** Of one item. */
  readonly shape: readonly number[]
  /** The label that means "no class", if the model was trained with one. */
  readonly unconditionalLabel?: number | undefined
}

/** A denoiser that holds a compiled network. */
export interface ModelCategoricalDenoiser extends CategoricalDenoiser, Disposable {
  /** How many items it takes at a time; fewer are filled up. */
  readonly batch: number
  dispose(): void
}

/**
 * Compiles a model of tokens for batches of one size. It gives log p(x₀ = k | x_t) for every token; an item without a label has
 * no class.
 *
 * @example
 * using denoiser = await categoricalDenoiser(model, engine, { batch: 4 })
 */
export async function categoricalDenoiser(
  model: CategoricalModel,
  engine: Engine,
  { batch, portion, ranges, ...session }: ModelDenoiserOptions,
): Promise<ModelCategoricalDenoiser> {
  const { network, process, shape, unconditionalLabel = 0 } = model
  const each = portion ?? samplingPortion(model, batch)
  const { output, weights } = networkGraph(model, each)
  const arithmetic = computeWith(ranges, session.device)
  const program = await compile({ output }, engine, { ...session, ...arithmetic, constants: weights })
  const size = sizeOf(shape)
  const feeds = {
    x: new Int32Array(batch * size),
    t: new Float32Array(batch),
    ...(network.classes > 0 && { labels: new Int32Array(batch) }),
  }
  const result = new Float32Array(batch * sizeOf(output.shape.slice(1)))
  const bound = bindPortions(program, feeds, { output: result }, batch / each)
  const evaluate: Parameters<typeof fromLogits>[2] = async (xt, t, items, labels, signal) => {
    if (items > batch || xt.length !== items * size) {
      throw new TweedieError('shape', `${xt.length / size} items for a denoiser of ${batch}`)
    }
    feeds.x.set(xt)
    feeds.t.fill(t)
    if (feeds.labels) for (let i = 0; i < items; i++) feeds.labels[i] = labels?.[i] ?? unconditionalLabel
    await bound.run(items / each, signal ? { signal } : {})
    return result.subarray(0, items * size * process.categories)
  }
  const dispose = (): void => {
    bound.dispose()
    program.dispose()
  }
  return {
    ...fromLogits(process, shape, evaluate, { timeless: network.timeless ?? false }),
    batch,
    dispose,
    [Symbol.dispose]: dispose,
  }
}
