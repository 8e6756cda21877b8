/**
 * The loss of a network over tokens, as a graph. For every item a term of the bound is picked, and its tokens are corrupted to
 * that time; the network sees them and gives logits, from which
 *
 *     loss = mean over items and tokens of  count · D_KL(q(x_s | x_t, x₀) ‖ p(x_s | x_t)) + L_T      (bound)
 *                                        + λ · −log p(x₀ | x_t)                                 (hybrid)
 *
 * in nats per token: an unbiased estimate of the bound, or of L_VLB + λ CE. p(x_s | x_t) is the θ_post(x_t, softmax(logits)) of the
 * papers, which is also the mean of q(x_s | x_t, x₀) over the posterior p(x₀ = k | x_t) ∝ softmax_k(logits) q(x_t | x₀ = k).
 *
 * - Argmax Flows and Multinomial Diffusion (Hoogeboom et al., 2021), https://arxiv.org/abs/2102.05379
 * - Structured Denoising Diffusion Models in Discrete State-Spaces (Austin et al., 2021), https://arxiv.org/abs/2107.03006
 * - Simple and Effective Masked Diffusion Language Models (Sahoo et al., 2024), https://arxiv.org/abs/2406.07524
 */
import type { LossGraph } from '../denoise/objective.ts'
import { TweedieError } from '../../errors.ts'
import { add, input, mean, reshape, type Tensor } from '../../engine/graph/index.ts'
import { sizeOf } from '../../engine/graph/shape.ts'
import type { Dropout, Network } from '../../engine/nn/network.ts'
import { conditionArrays, conditionInputs } from '../../engine/nn/condition-spec.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import { type Key, uniform } from '../../engine/random/index.ts'
import { absorbingLoss } from './absorbing-loss.ts'
import { denseLoss } from './dense-loss.ts'
import type { FedArrays, KernelLoss, LossShares } from './kernel-loss.ts'
import type { DiscreteProcess } from './process.ts'
import type { DiscreteSpec } from './spec.ts'
import { termAt } from './terms.ts'
import { uniformLoss } from './uniform-loss.ts'

/**
 * The loss of `batch` items. Its inputs are those of {@link discreteFeeds}.
 *
 * @param dropout how the network drops activations; it drops none unless it is told how
 * @throws TweedieError `shape` for a network whose logits are not over the categories of the process
 */
export function discreteLoss(
  network: Network,
  scope: Scope,
  batch: number,
  process: DiscreteProcess,
  dropout?: Dropout,
): LossGraph {
  const { categories } = process
  if (network.outputShape.at(-1) !== categories || network.outputShape.length !== network.inputShape.length + 1) {
    throw new TweedieError('shape', `the network gives [${network.outputShape.join(', ')}] for each item`, {
      hint: `logits over ${categories} categories are needed: [${[...network.inputShape, categories].join(', ')}]`,
    })
  }
  const size = sizeOf(network.inputShape)
  const logits: Tensor = network.build(scope, {
    x: input('xt', [batch, ...network.inputShape], 'int32'),
    t: input('t', [batch]),
    conditions: conditionInputs(network.conditions, batch),
    dropout,
  })
  const tokenLoss = lossOf(process).graph(reshape(logits, [batch * size, categories]), batch)
  const itemLoss = add(mean(reshape(tokenLoss, [batch, size]), 1), input('prior', [batch]))
  return { loss: mean(itemLoss), itemLoss }
}

/** Empty arrays for the inputs of {@link discreteLoss}, by name; the caller fills the conditions, {@link fillDiscrete} the others. */
export function discreteFeeds(process: DiscreteProcess, network: Network, batch: number): FedArrays {
  const size = sizeOf(network.inputShape)
  return {
    xt: new Int32Array(batch * size),
    t: new Float32Array(batch),
    prior: new Float32Array(batch),
    ...conditionArrays(network.conditions, batch),
    ...lossOf(process).arrays(batch, size),
  }
}

/**
 * Corrupts a batch and fills all inputs of its loss except the conditions.
 *
 * @param x0 clean tokens, `[N, ...shape]`
 * @param shares u ∈ [0, 1) for each item, the share of terms below the one that is picked; best stratified
 * @param noise decides what tokens become
 */
export function fillDiscrete(
  process: DiscreteProcess,
  feeds: FedArrays,
  x0: Int32Array,
  shares: ArrayLike<number>,
  noise: Key,
): void {
  const { xt, t, prior } = feeds as { xt: Int32Array; t: Float32Array; prior: Float32Array }
  const size = x0.length / shares.length
  const loss = lossOf(process)
  const bound = process.spec.objective === 'cross-entropy' ? 0 : 1
  const uniforms = uniform(noise, new Float64Array(x0.length))
  for (let item = 0; item < shares.length; item++) {
    const [from, to] = [item * size, (item + 1) * size]
    const term = termAt(process, shares[item]!)
    process.corrupt(x0.subarray(from, to), term.t, uniforms.subarray(from, to), xt.subarray(from, to))
    t[item] = term.t
    let nats = 0
    for (let i = from; i < to; i++) nats += process.priorDivergence(x0[i]!)
    prior[item] = (bound * nats) / size
    loss.fill(feeds, { item, from, to, term, x0, xt, shares: sharesOf(process.spec) })
  }
}

/** How much of the bound's term and of the cross-entropy goes into the loss. */
function sharesOf({ objective, lambda = 1 }: DiscreteSpec): LossShares {
  return {
    bound: objective === 'cross-entropy' ? 0 : 1,
    crossEntropy: objective === 'bound' ? 0 : objective === 'hybrid' ? lambda : 1,
  }
}

function lossOf(process: DiscreteProcess): KernelLoss {
  switch (process.kind) {
    case 'absorbing':
      return absorbingLoss(process)
    case 'uniform':
      return uniformLoss(process)
    case 'dense':
      return denseLoss(process)
  }
}
