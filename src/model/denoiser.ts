/// <reference lib="esnext.disposable" preserve="true" />
/** A model as a denoiser: its network compiled with the weights built in. */
import type { DenoiseContext, Denoiser, FloatArray } from '../denoise/denoiser.ts'
import { fromPrediction } from '../denoise/from-prediction.ts'
import { fromPredictionAndVariance } from '../denoise/learned-variance.ts'
import { TweedieError } from '../errors.ts'
import { sizeOf } from '../graph/index.ts'
import { bindPortions } from '../runtime/portions.ts'
import { compile } from '../runtime/program.ts'
import type { Engine, SessionOptions } from '../runtime/session.ts'
import type { Model } from './model.ts'
import { networkGraph, type NetworkWeights, samplingPortion } from './network-graph.ts'

/** A denoiser that holds a compiled network. */
export interface ModelDenoiser extends Denoiser, Disposable {
  /** How many items it takes at a time; fewer are filled up. */
  readonly batch: number
  /** The class of every item of the batch, for a conditional model. */
  setLabels(labels: ArrayLike<number>): void
  dispose(): void
}

/** What of a model makes a denoiser. */
export type DenoisingModel = NetworkWeights & Pick<Model, 'schedule' | 'view' | 'parametrisation'>

/** How to compile it. */
export interface ModelDenoiserOptions extends Pick<SessionOptions, 'device' | 'threads' | 'profile'> {
  /** Items to an evaluation. */
  readonly batch: number
  /** Items that go through the network at a time, a divisor of `batch`; by default {@link samplingPortion}. */
  readonly portion?: number
}

/**
 * Compiles a model for batches of one size. Every item is computed alone, so the size does not change the result beyond
 * rounding.
 *
 * @example
 * using denoiser = await modelDenoiser(model, engine, { batch: 16 })
 * const images = await sampleFinal(clipped(denoiser), { sampler: ddim(), times, batch: 16 })
 */
export async function modelDenoiser(
  model: DenoisingModel,
  engine: Engine,
  options: ModelDenoiserOptions,
): Promise<ModelDenoiser> {
  const { network, schedule, view, parametrisation: kind } = model
  const { batch, portion = samplingPortion(model, batch), ...session } = options
  const conditional = network.classes > 0
  const { x, output, weights } = networkGraph(model, portion)
  const program = await compile({ output }, engine, { ...session, constants: weights })
  const feeds = {
    x: new Float32Array(batch * sizeOf(x.shape.slice(1))),
    t: new Float32Array(batch),
    ...(conditional && { labels: new Int32Array(batch) }),
  }
  const result = new Float32Array(batch * sizeOf(output.shape.slice(1)))
  const bound = bindPortions(program, feeds, { output: result }, batch / portion)

  const predict = async (given: FloatArray, t: number, { signal }: DenoiseContext = {}): Promise<Float32Array> => {
    if (given.length > feeds.x.length) {
      throw new TweedieError('shape', `${given.length / sizeOf(network.inputShape)} items for a denoiser of ${batch}`)
    }
    const scale = view.scale(t)
    if (scale === 1) feeds.x.set(given)
    else for (let i = 0; i < given.length; i++) feeds.x[i] = scale * given[i]!
    feeds.t.fill(view.time(t))
    await bound.run(given.length / sizeOf(x.shape), signal ? { signal } : {})
    return result.subarray(0, (given.length / feeds.x.length) * result.length)
  }
  const dispose = (): void => {
    bound.dispose()
    program.dispose()
  }
  const read = result.length === 2 * feeds.x.length ? fromPredictionAndVariance : fromPrediction
  return {
    ...read(predict, { schedule, shape: network.inputShape, kind }),
    batch,
    setLabels(labels) {
      if (!feeds.labels) throw new TweedieError('usage', 'the model is unconditional: it has no classes to choose from')
      for (let i = 0; i < labels.length; i++) {
        if (!(labels[i]! >= 0 && labels[i]! < network.classes)) {
          throw new TweedieError('usage', `class ${labels[i]}: the model has the classes 0 … ${network.classes - 1}`)
        }
        feeds.labels[i] = labels[i]!
      }
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}
