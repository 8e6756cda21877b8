/// <reference lib="esnext.disposable" preserve="true" />
/** A model as a denoiser: its network compiled with the weights built in. */
import type { DenoiseContext, Denoiser, FloatArray } from '../diffusion/denoise/denoiser.ts'
import { fromPrediction } from '../diffusion/denoise/from-prediction.ts'
import { fromPredictionAndVariance } from '../diffusion/denoise/learned-variance.ts'
import { TweedieError } from '../errors.ts'
import { sizeOf } from '../engine/graph/index.ts'
import type { ConvolutionRanges } from '../engine/onnx/int8-convolution.ts'
import { bindPortions } from '../engine/runtime/portions.ts'
import { compile, type Program } from '../engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import { computeWith } from './arithmetic.ts'
import { networkGraph, type NetworkWeights, samplingPortion } from './network-graph.ts'
import type { ModelNoise } from './noise.ts'

/** A denoiser that holds a compiled network. */
export interface ModelDenoiser extends Denoiser, Disposable {
  /** How many items it takes at a time; fewer are filled up. */
  readonly batch: number
  /** The class of every item of the batch, for a conditional model. */
  setLabels(labels: ArrayLike<number>): void
  dispose(): void
}

/** What of a model makes a denoiser. */
export type DenoisingModel = NetworkWeights & Pick<ModelNoise, 'schedule' | 'view' | 'parametrisation'>

/** How to compile it. */
export interface ModelDenoiserOptions extends Pick<SessionOptions, 'device' | 'threads' | 'profile'> {
  /** Items to an evaluation. */
  readonly batch: number
  /** Items that go through the network at a time, a divisor of `batch`; by default {@link samplingPortion}. */
  readonly portion?: number
  /** Ranges of convolutions, which then compute in eight bits: those that `calibrate` finds. */
  readonly ranges?: ConvolutionRanges | undefined
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
  const { batch, portion = samplingPortion(model, batch), ranges, ...session } = options
  const arithmetic = computeWith(ranges, session.device)
  const { output, weights } = networkGraph(model, portion)
  const program = await compile({ output }, engine, { ...session, ...arithmetic, constants: weights })
  return denoiserOf(model, program, batch)
}

/**
 * The denoiser over a compiled network, which it disposes of.
 *
 * @param program from `x`, `t` and `labels` to `output`, for a portion of the batch
 * @param further arrays for other outputs of it, portion by portion
 */
export function denoiserOf(
  { network, schedule, view, parametrisation: kind }: DenoisingModel,
  program: Program,
  batch: number,
  further: Readonly<Record<string, Float32Array>> = {},
): ModelDenoiser {
  const [x, output] = [program.inputs.get('x')!, program.outputs.get('output')!]
  const feeds = {
    x: new Float32Array(batch * sizeOf(x.shape.slice(1))),
    t: new Float32Array(batch),
    ...(network.classes > 0 && { labels: new Int32Array(batch) }),
  }
  const result = new Float32Array(batch * sizeOf(output.shape.slice(1)))
  const bound = bindPortions(program, feeds, { output: result, ...further }, batch / x.shape[0]!)

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
