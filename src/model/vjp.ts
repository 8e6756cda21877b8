/** A model that knows the derivative of its mean: Jᵀ v from the network's own gradient, for guidance by measurements. */
import type { DenoiseContext, FloatArray } from '../denoise/denoiser.ts'
import { sampleOfPrediction } from '../denoise/parametrisation.ts'
import { TweedieError } from '../errors.ts'
import { gradients, input, sizeOf, slice } from '../graph/index.ts'
import type { DifferentiableDenoiser } from '../guidance/differentiable.ts'
import { compile } from '../runtime/program.ts'
import type { Engine } from '../runtime/session.ts'
import { type ModelDenoiser, modelDenoiser, type ModelDenoiserOptions } from './denoiser.ts'
import type { Model } from './model.ts'
import { networkGraph } from './network-graph.ts'

/** A model's denoiser, with its derivative. */
export interface ModelVjp extends ModelDenoiser, DifferentiableDenoiser {}

/**
 * Compiles a model together with the products of its Jacobian. With the network's output F(c x, t) and E[x₀ | x] = p F + q x,
 * they are Jᵀ v = p c (∂F)ᵀ v + q v: one symbolic backward pass to the input alone, so no gradient of a weight is worked out.
 *
 * @example
 * using denoiser = await modelVjp(model, engine, { batch: 8 })
 * const x = await sampleFinal(mmps(denoiser, observed), { sampler: ddim({ eta: 1 }), times, batch: 8 })
 */
export async function modelVjp(model: Model, engine: Engine, options: ModelDenoiserOptions): Promise<ModelVjp> {
  const { network, schedule, view, parametrisation } = model
  const { batch, ...session } = options
  const { x, output, weights } = networkGraph(model, batch)
  const v = input('v', x.shape)
  const [pulled] = gradients(slice(output, 1, 0, x.shape[1]!), [x], v)
  const program = await compile({ pulled: pulled! }, engine, { ...session, constants: weights })
  const size = sizeOf(x.shape)
  const feeds = {
    x: new Float32Array(size),
    t: new Float32Array(batch),
    v: new Float32Array(size),
    ...(network.classes > 0 && { labels: new Int32Array(batch) }),
  }
  const result = new Float32Array(size)
  const bound = program.bind(feeds, { pulled: result })
  const denoiser = await modelDenoiser(model, engine, options)
  const product = new Float32Array(size)
  const dispose = (): void => {
    bound.dispose()
    program.dispose()
    denoiser.dispose()
  }
  return {
    ...denoiser,
    async vjp(given, t, cotangent, { signal }: DenoiseContext = {}): Promise<FloatArray> {
      if (given.length > size || cotangent.length !== given.length) {
        throw new TweedieError('shape', `${given.length} and ${cotangent.length} numbers for a denoiser of ${size}`)
      }
      const scale = view.scale(t)
      for (let i = 0; i < given.length; i++) feeds.x[i] = scale * given[i]!
      feeds.v.set(cotangent)
      feeds.t.fill(view.time(t))
      await bound.run(signal ? { signal } : {})
      const mean = (m: number, x: number): number =>
        sampleOfPrediction(parametrisation, schedule, t, Float64Array.of(m), Float64Array.of(x))[0]!
      const [p, q] = [scale * mean(1, 0), mean(0, 1)]
      for (let i = 0; i < given.length; i++) product[i] = p * result[i]! + q * cotangent[i]!
      return product.subarray(0, given.length)
    },
    setLabels(labels) {
      denoiser.setLabels(labels)
      feeds.labels?.set(Int32Array.from(labels))
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}
