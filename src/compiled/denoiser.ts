/// <reference lib="esnext.disposable" preserve="true" />
/** A model as a denoiser: its network compiled with the weights built in. */
import type { DenoiseContext, Denoiser, FloatArray } from '../diffusion/denoise/denoiser.ts'
import { fromPrediction } from '../diffusion/denoise/from-prediction.ts'
import { fromPredictionAndVariance } from '../diffusion/denoise/learned-variance.ts'
import { TweedieError } from '../errors.ts'
import { sizeOf } from '../engine/graph/index.ts'
import type { ConvolutionRanges } from '../engine/onnx/int8-convolution.ts'
import { bindPortions } from '../engine/runtime/portions.ts'
import type { Program } from '../engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import { conditionArrays } from '../engine/nn/condition-spec.ts'
import { computeWith } from './arithmetic.ts'
import { type ConditionedNetwork, feedConditions } from './condition-feeds.ts'
import { type NetworkWeights, samplingPortion } from './network-graph.ts'
import { networkProgram } from './network-program.ts'
import type { ModelNoise } from './noise.ts'
import { turns } from './turns.ts'

/**
 * A denoiser that holds a compiled network. Its conditions come with each call; calls may overlap, and then take turns.
 * A missing condition is "nothing", if the model has a value for that.
 */
export interface ModelDenoiser extends Denoiser, Disposable {
  /** The largest number of items it takes at a time. */
  readonly batch: number
  /** Frees the network, after the evaluation that is running. */
  dispose(): void
}

/** The parts of a model that make a denoiser. */
export type DenoisingModel = NetworkWeights &
  Pick<ModelNoise, 'schedule' | 'view' | 'parametrisation'> &
  Pick<ConditionedNetwork, 'unconditionalLabel'>

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
 * Compiles a model for batches of one size. Every item is computed alone, so the size does not change the result: on a
 * processor not by one bit for networks of pictures and text, elsewhere by rounding.
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
  const program = await networkProgram(model, portion, engine, { ...session, ...arithmetic })
  return denoiserOf(model, program, batch)
}

/**
 * The denoiser of a compiled network, which it owns and disposes of.
 *
 * @param program from `x`, `t` and conditions to `output`, for a portion of the batch
 * @param further arrays for other outputs of it, portion by portion
 */
export function denoiserOf(
  model: DenoisingModel,
  program: Program,
  batch: number,
  further: Readonly<Record<string, Float32Array>> = {},
): ModelDenoiser {
  const { network, schedule, view, parametrisation: kind } = model
  const [x, output] = [program.inputs.get('x')!, program.outputs.get('output')!]
  const feeds = {
    ...conditionArrays(network.conditions, batch),
    x: new Float32Array(batch * sizeOf(x.shape.slice(1))),
    t: new Float32Array(batch),
  }
  const size = sizeOf(network.inputShape)
  const result = new Float32Array(batch * sizeOf(output.shape.slice(1)))
  const bound = bindPortions(program, feeds, { output: result, ...further }, batch / x.shape[0]!)
  const { take, close } = turns('the denoiser', () => {
    bound.dispose()
    program.dispose()
  })

  const predict = async (
    noisy: FloatArray,
    t: number,
    { signal, conditions }: DenoiseContext = {},
  ): Promise<Float32Array> => {
    const items = noisy.length / size
    if (items > batch) throw new TweedieError('shape', `${items} items for a denoiser of ${batch}`)
    return take(async () => {
      feedConditions(model, feeds, conditions, items)
      const scale = view.scale(t)
      if (scale === 1) feeds.x.set(noisy)
      else for (let i = 0; i < noisy.length; i++) feeds.x[i] = scale * noisy[i]!
      feeds.t.fill(view.time(t))
      await bound.run(noisy.length / sizeOf(x.shape), signal ? { signal } : {})
      return result.slice(0, (noisy.length / feeds.x.length) * result.length)
    }, signal)
  }
  const read = result.length === 2 * feeds.x.length ? fromPredictionAndVariance : fromPrediction
  return {
    ...read(predict, { schedule, shape: network.inputShape, kind }),
    batch,
    dispose: close,
    [Symbol.dispose]: close,
  }
}
