/** A model that knows the derivative of its mean: Jᵀ v from the network's own gradient, for guidance by measurements. */
import type { DenoiseContext, FloatArray } from '../diffusion/denoise/denoiser.ts'
import { sampleOfPrediction } from '../diffusion/denoise/parametrisation.ts'
import { TweedieError } from '../errors.ts'
import { add, gradients, input, matmul, mul, reshape, sizeOf, slice, sub, type Tensor } from '../engine/graph/index.ts'
import type { DifferentiableDenoiser, MeanAndPull, QuadraticMisfit } from '../diffusion/guidance/differentiable.ts'
import { conditionArrays } from '../engine/nn/condition-spec.ts'
import { feedConditions } from './condition-feeds.ts'
import { compile } from '../engine/runtime/program.ts'
import type { Engine } from '../engine/runtime/session.ts'
import { type DenoisingModel, type ModelDenoiser, modelDenoiser, type ModelDenoiserOptions } from './denoiser.ts'
import { networkGraph } from './network-graph.ts'
import { turns } from './turns.ts'

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
export async function modelVjp(
  model: DenoisingModel,
  engine: Engine,
  options: ModelDenoiserOptions,
): Promise<ModelVjp> {
  const { network, schedule, view, parametrisation } = model
  const { batch, ...session } = options
  const { x, output, weights } = networkGraph(model, batch)
  const v = input('v', x.shape)
  const [pulled] = gradients(slice(output, 1, 0, x.shape[1]!), [x], v)
  const program = await compile({ pulled: pulled! }, engine, { ...session, constants: weights })
  const size = sizeOf(x.shape)
  const feeds = {
    ...conditionArrays(network.conditions, batch),
    x: new Float32Array(size),
    t: new Float32Array(batch),
    v: new Float32Array(size),
  }
  const result = new Float32Array(size)
  const bound = program.bind(feeds, { pulled: result })
  const denoiser = await modelDenoiser(model, engine, options)
  let fused: Promise<FusedMisfit> | undefined
  const { take, close } = turns('the denoiser', () => {
    bound.dispose()
    program.dispose()
  })
  const dispose = (): void => {
    close()
    denoiser.dispose()
    void fused?.then((misfit) => misfit.dispose()).catch(() => undefined)
  }
  /** The factors of m and x in E[x₀ | x]. */
  const factors = (t: number): readonly [p: number, q: number] => {
    const mean = (m: number, x: number): number =>
      sampleOfPrediction(parametrisation, schedule, t, Float64Array.of(m), Float64Array.of(x))[0]!
    return [mean(1, 0), mean(0, 1)]
  }
  return {
    ...denoiser,
    async vjp(noisy, t, cotangent, { signal, conditions }: DenoiseContext = {}): Promise<FloatArray> {
      if (noisy.length > size || cotangent.length !== noisy.length) {
        throw new TweedieError('shape', `${noisy.length} and ${cotangent.length} numbers for a denoiser of ${size}`)
      }
      return take(async () => {
        feedConditions(model, feeds, conditions, noisy.length / (size / batch))
        const scale = view.scale(t)
        for (let i = 0; i < noisy.length; i++) feeds.x[i] = scale * noisy[i]!
        feeds.v.set(cotangent)
        feeds.t.fill(view.time(t))
        await bound.run(signal ? { signal } : {})
        const [p, q] = factors(t)
        return Float32Array.from(cotangent, (value, i) => p * scale * result[i]! + q * value)
      }, signal)
    },
    async denoiseAndPull(noisy, t, misfit, context): Promise<MeanAndPull> {
      fused ??= fusedMisfit(model, engine, options)
      return (await fused).run(noisy, t, misfit, factors(t), context)
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}

interface FusedMisfit extends Disposable {
  run(
    x: FloatArray,
    t: number,
    misfit: QuadraticMisfit,
    factors: readonly [p: number, q: number],
    context?: DenoiseContext,
  ): Promise<MeanAndPull>
  dispose(): void
}

/** One graph from x to the mean D, v = b − G D and (∂F)ᵀ v. */
async function fusedMisfit(
  model: DenoisingModel,
  engine: Engine,
  { batch, ...session }: ModelDenoiserOptions,
): Promise<FusedMisfit> {
  const { x, output, weights } = networkGraph(model, batch)
  const size = sizeOf(x.shape)
  const n = size / batch
  const prediction = slice(output, 1, 0, x.shape[1]!)
  const flat = (tensor: Tensor): Tensor => reshape(tensor, [batch, n])
  const mean = add(mul(input('p', []), flat(prediction)), mul(input('q', []), flat(x)))
  const v = sub(input('target', [batch, n]), matmul(mean, input('gram', [n, n])))
  const [pulled] = gradients(prediction, [x], reshape(v, x.shape))
  const program = await compile({ mean, v, pulled: pulled! }, engine, { ...session, constants: weights })
  const feeds = {
    ...conditionArrays(model.network.conditions, batch),
    x: new Float32Array(size),
    t: new Float32Array(batch),
    p: new Float32Array(1),
    q: new Float32Array(1),
    target: new Float32Array(size),
    gram: new Float32Array(n * n),
  }
  const results = { mean: new Float32Array(size), v: new Float32Array(size), pulled: new Float32Array(size) }
  const bound = program.bind(feeds, results)
  let known: Float32Array | undefined
  const { take, close } = turns('the denoiser', () => {
    bound.dispose()
    program.dispose()
  })
  return {
    run: (noisy, t, { gram, target }, [p, q], { signal, conditions } = {}) =>
      take(async () => {
        feedConditions(model, feeds, conditions, noisy.length / n)
        const scale = model.view.scale(t)
        for (let i = 0; i < noisy.length; i++) feeds.x[i] = scale * noisy[i]!
        feeds.t.fill(model.view.time(t))
        feeds.p[0] = p
        feeds.q[0] = q / scale
        if (known !== gram) feeds.gram.set(gram)
        known = gram
        for (let first = 0; first < noisy.length; first += target.length) feeds.target.set(target, first)
        await bound.run(signal ? { signal } : {})
        const { length } = noisy
        const pulled = Float32Array.from({ length }, (_, i) => p * scale * results.pulled[i]! + q * results.v[i]!)
        return { mean: results.mean.slice(0, length), pulled }
      }, signal),
    dispose: close,
    [Symbol.dispose]: close,
  }
}
