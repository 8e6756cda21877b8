/// <reference lib="esnext.disposable" preserve="true" />
/** The gradient of requirements on tokens, through rounding and the network. */
import type { DenoiseContext, FloatArray } from '../diffusion/denoise/denoiser.ts'
import { type AllowedTokens, barrier, logAllowed, roundingGraph } from '../diffusion/discrete/index.ts'
import { TweedieError } from '../errors.ts'
import { gradients, input, sizeOf, sum } from '../engine/graph/index.ts'
import type { ClassGradient } from '../diffusion/guidance/classifier.ts'
import { conditionArrays } from '../engine/nn/condition-spec.ts'
import { Scope } from '../engine/nn/parameters.ts'
import { compile } from '../engine/runtime/program.ts'
import type { Engine } from '../engine/runtime/session.ts'
import type { ModelDenoiserOptions } from './denoiser.ts'
import type { EmbeddingNetwork } from '../engine/nn/embedding-transformer.ts'
import { networkGraph, type NetworkWeights } from './network-graph.ts'
import type { ModelNoise } from './noise.ts'
import { turns } from './turns.ts'

/** A compiled control. */
export interface ControlGradient extends Disposable {
  /** ∇_{x_t} log p(c | x_t). */
  readonly gradient: ClassGradient
  /** log p(c | x_t) of each item, nats. */
  logProbability: ClassGradient
  dispose(): void
}

/**
 * Compiles log p(c | x_t) and its gradient for batches of one size. What is known of the tokens at time t is what the network's
 * mean rounds to, so
 *
 *     log p(c | x_t) = Σ over places log Σ_{w allowed} p(w | x̂₀(x_t, t)),
 *
 * and one symbolic backward pass goes through rounding and the network to the latent. No classifier is trained.
 *
 * @param allowed what is required, `[L, K]`
 */
export async function controlGradient(
  model: NetworkWeights & { readonly network: EmbeddingNetwork } & Pick<ModelNoise, 'view'>,
  allowed: AllowedTokens,
  engine: Engine,
  { batch, ...session }: ModelDenoiserOptions,
): Promise<ControlGradient> {
  const { network, view } = model
  const places = network.inputShape[0]!
  const { tokens } = network.vocabulary
  if (allowed.length !== places * tokens) {
    throw new TweedieError(
      'shape',
      `${allowed.length} numbers say what is allowed of ${tokens} tokens at ${places} places`,
    )
  }
  const { x, output, weights } = networkGraph(model, batch)
  const logits = roundingGraph(output, network.table(new Scope()))
  const logP = logAllowed(logits, input('barred', [places, tokens]))
  const [gradient] = gradients(sum(logP), [x])
  const program = await compile({ gradient: gradient!, logP }, engine, { ...session, constants: weights })
  const feeds = {
    // nothing is told
    ...conditionArrays(network.conditions, batch),
    x: new Float32Array(sizeOf(x.shape)),
    t: new Float32Array(batch),
    barred: allowed.map((share) => barrier * (1 - share)),
  }
  const results = { gradient: new Float32Array(feeds.x.length), logP: new Float32Array(batch) }
  const bound = program.bind(feeds, results)
  const { take, close } = turns('the control', () => {
    bound.dispose()
    program.dispose()
  })
  /** Runs the graph, and reads the outputs before another call can run it. */
  const run = async <T>(
    noisy: FloatArray,
    t: number,
    context: DenoiseContext = {},
    read: (scale: number) => T,
  ): Promise<T> => {
    if (noisy.length > feeds.x.length) {
      throw new TweedieError('shape', `${(batch * noisy.length) / feeds.x.length} items for a control of ${batch}`)
    }
    const { signal } = context
    return take(async () => {
      const scale = view.scale(t)
      for (let i = 0; i < noisy.length; i++) feeds.x[i] = scale * noisy[i]!
      feeds.t.fill(view.time(t))
      await bound.run(signal ? { signal } : {})
      return read(scale)
    }, signal)
  }
  return {
    gradient: (noisy, t, context) =>
      run(noisy, t, context, (scale) => results.gradient.subarray(0, noisy.length).map((value) => scale * value)),
    logProbability: (noisy, t, context) =>
      run(noisy, t, context, () => results.logP.slice(0, (batch * noisy.length) / feeds.x.length)),
    dispose: close,
    [Symbol.dispose]: close,
  }
}
