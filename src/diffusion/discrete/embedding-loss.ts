/**
 * The loss of Diffusion-LM as a graph: embeddings are diffused by Gaussian noise, x_t = α_t EMB(w) + σ_t ε, and learned together
 * with the network that denoises them,
 *
 *     loss = mean over items of  |x̂₀(x_t, t) − EMB(w)|² / (L d)   t uniform in [0, 1)
 *                              + |α_1 EMB(w)|² / (L d)            what is left at the end
 *                              − log p(w | x₀) / L                rounding, with x₀ = α_0 EMB(w) + σ_0 ε
 *
 * The schedule begins with the noise σ_0 in which x₀ lies around an embedding. Alone, the first line would have all embeddings in
 * one place; the last keeps them apart.
 *
 * Diffusion-LM Improves Controllable Text Generation (Li et al., 2022), equation 2, https://arxiv.org/abs/2205.14217
 */
import { estimatedName, estimateGraph, fillEstimated } from '../denoise/estimate-graph.ts'
import { itemMean, type LossGraph, mixed } from '../denoise/objective.ts'
import { estimateName, takesEstimates } from '../denoise/self-conditioned.ts'
import { add, gather, input, logSumExp, mean, mul, square, sub, sum, type Tensor } from '../../engine/graph/index.ts'
import type { EmbeddingNetwork } from '../../engine/nn/embedding-transformer.ts'
import type { Dropout } from '../../engine/nn/network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import type { Schedule } from '../noise/schedule.ts'
import { type Key, normal } from '../../engine/random/index.ts'
import { roundingGraph } from './embedding-table.ts'
import type { FedArrays } from './kernel-loss.ts'

/**
 * The loss of `batch` items. Its inputs are those of {@link embeddingFeeds}.
 *
 * @param dropout how the network drops activations; it drops none unless it is told how
 */
export function embeddingLoss(
  network: EmbeddingNetwork,
  scope: Scope,
  batch: number,
  schedule: Schedule,
  dropout?: Dropout,
): LossGraph {
  const [length] = network.inputShape as [number]
  const table = network.table(scope)
  const clean = gather(table, input('tokens', [batch, length], 'int32'))
  const epsilon = input('epsilon', clean.shape)
  const noisy = mixed(network, batch, { x0: clean, epsilon }, ['alpha', 'sigma'])
  const t = input('t', [batch])
  const told = takesEstimates(network) && {
    conditions: { [estimateName]: estimateGraph(network, scope, { x: noisy, t }, (denoised) => denoised) },
  }
  const denoised = network.build(scope, { x: noisy, t, dropout, ...told })
  const first = add(mul(clean, schedule.alpha(0)), mul(epsilon, schedule.sigma(0)))
  const itemLoss = [
    itemMean(square(sub(denoised, clean))),
    mul(itemMean(square(clean)), schedule.alpha(1) ** 2),
    itemMean(roundingLoss(first, clean, table)),
  ].reduce(add)
  return { loss: mean(itemLoss), itemLoss }
}

/** −log p(w | x) where `clean` is the point of w: `[N, L, d]` → `[N, L]`. */
function roundingLoss(x: Tensor, clean: Tensor, table: Tensor): Tensor {
  const own = sub(sum(mul(x, clean), -1), mul(sum(square(clean), -1), 0.5))
  return sub(logSumExp(roundingGraph(x, table), -1), own)
}

/** Empty arrays for the inputs of {@link embeddingLoss}; the caller fills `tokens`, {@link fillEmbedding} the others. */
export function embeddingFeeds(network: EmbeddingNetwork, batch: number): FedArrays {
  const [length, features] = network.inputShape as [number, number]
  return {
    tokens: new Int32Array(batch * length),
    epsilon: new Float32Array(batch * length * features),
    t: new Float32Array(batch),
    alpha: new Float32Array(batch),
    sigma: new Float32Array(batch),
    ...(takesEstimates(network) && { [estimatedName]: new Float32Array(batch) }),
  }
}

/**
 * Fills times and noise of a batch.
 *
 * @param times of each item, in [0, 1); best stratified
 * @param noise decides ε
 */
export function fillEmbedding(schedule: Schedule, feeds: FedArrays, times: ArrayLike<number>, noise: Key): void {
  normal(noise, feeds.epsilon as Float32Array)
  if (feeds[estimatedName]) fillEstimated(feeds[estimatedName])
  for (let item = 0; item < times.length; item++) {
    const t = times[item]!
    feeds.t![item] = 1000 * t
    feeds.alpha![item] = schedule.alpha(t)
    feeds.sigma![item] = schedule.sigma(t)
  }
}
