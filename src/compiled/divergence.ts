/** A model that knows its Jacobian: vᵀ (∂E[x₀|x]/∂x) v from the network's own gradient, for likelihoods. */
import type { DenoiseContext, FloatArray } from '../diffusion/denoise/denoiser.ts'
import { basis, type DivergenceDenoiser, dot, type MeanAndTrace } from '../diffusion/denoise/divergence.ts'
import { sampleOfPrediction } from '../diffusion/denoise/parametrisation.ts'
import { gradients, input, mul, sizeOf, slice, sum } from '../engine/graph/index.ts'
import { conditionArrays } from '../engine/nn/condition-spec.ts'
import { feedConditions } from './condition-feeds.ts'
import { compile } from '../engine/runtime/program.ts'
import type { Engine } from '../engine/runtime/session.ts'
import { type DenoisingModel, type ModelDenoiser, modelDenoiser, type ModelDenoiserOptions } from './denoiser.ts'
import { networkGraph } from './network-graph.ts'
import { turns } from './turns.ts'

/**
 * Compiles a model together with the products of its Jacobian. With the network's output F(c x, t) and
 * E[x₀ | x] = p F + q x it is
 *
 *     vᵀ (∂E[x₀|x]/∂x) v = p c vᵀ ∂F v + q vᵀ v,
 *
 * one backward pass for each probe v; an exact trace takes one for each element of an item.
 *
 * @example
 * using denoiser = await modelDivergence(model, engine, { batch: 16 })
 * const { logDensity } = await odeLikelihood(denoiser, items)
 */
export async function modelDivergence(
  model: DenoisingModel,
  engine: Engine,
  options: ModelDenoiserOptions,
): Promise<ModelDenoiser & DivergenceDenoiser> {
  const { network, schedule, view, parametrisation } = model
  const { batch, ...session } = options
  const { x, output, weights } = networkGraph(model, batch)
  const probe = input('probe', x.shape)
  const prediction = slice(output, 1, 0, x.shape[1]!)
  const [pulled] = gradients(prediction, [x], probe)
  const axes = network.inputShape.map((_, axis) => axis + 1)
  const product = sum(mul(pulled!, probe), axes)
  const program = await compile({ prediction, product }, engine, { ...session, constants: weights })
  const size = sizeOf(network.inputShape)
  const feeds = {
    ...conditionArrays(network.conditions, batch),
    x: new Float32Array(batch * size),
    t: new Float32Array(batch),
    probe: new Float32Array(batch * size),
  }
  const results = { prediction: new Float32Array(batch * size), product: new Float32Array(batch) }
  const bound = program.bind(feeds, results)
  const denoiser = await modelDenoiser(model, engine, options)
  const { take, close } = turns('the denoiser', () => {
    bound.dispose()
    program.dispose()
  })
  const dispose = (): void => {
    close()
    denoiser.dispose()
  }
  return {
    ...denoiser,
    denoiseAndTrace: (noisy, t, v, { signal, conditions }: DenoiseContext = {}): Promise<MeanAndTrace> =>
      take(async () => {
        const items = noisy.length / size
        feedConditions(model, feeds, conditions, items)
        const scale = view.scale(t)
        for (let i = 0; i < noisy.length; i++) feeds.x[i] = scale * noisy[i]!
        feeds.t.fill(view.time(t))
        const [p, q] = linearParts(model, t)
        const trace = new Float64Array(items)
        for (const each of v ? [v] : basis(noisy, size)) {
          feeds.probe.set(each)
          await bound.run(signal ? { signal } : {})
          const squares = dot(each, each, size)
          for (let item = 0; item < items; item++) {
            trace[item]! += p * scale * results.product[item]! + q * squares[item]!
          }
        }
        const predicted = results.prediction.subarray(0, noisy.length)
        return { mean: sampleOfPrediction(parametrisation, schedule, t, predicted, noisy), trace }
      }, signal),
    dispose,
    [Symbol.dispose]: dispose,
  }
}

/** p and q of E[x₀ | x] = p m + q x, the prediction m turned into a mean. */
function linearParts({ parametrisation, schedule }: DenoisingModel, t: number): [p: number, q: number] {
  const mean = (m: number, x: number): FloatArray =>
    sampleOfPrediction(parametrisation, schedule, t, Float64Array.of(m), Float64Array.of(x))
  return [mean(1, 0)[0]!, mean(0, 1)[0]!]
}
