/**
 * The denoising objective as a graph. For every item a time t is drawn, and with it the numbers of the schedule and of
 * the parametrisation; the network sees x_t = α x₀ + σ ε and is to say m = a x₀ + b ε:
 *
 *     loss = mean over items of w |m̂(x_t, t) − m|² / dim.
 *
 * - Denoising Diffusion Probabilistic Models (Ho et al., 2020), algorithm 1, https://arxiv.org/abs/2006.11239
 * - A Connection Between Score Matching and Denoising Autoencoders (Vincent, 2011)
 */
import { add, input, mean, mul, reshape, square, sub } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import type { Network } from '../nn/network.ts'
import type { Scope } from '../nn/parameters.ts'
import type { Objective } from './objective-spec.ts'

/** What is fed at every step besides data and noise: one number for each item. */
export const itemCoefficients = ['alpha', 'sigma', 'sample', 'noise', 'weight'] as const

/** The loss of a batch. */
export interface LossGraph {
  /** The mean over the batch, a scalar. */
  readonly loss: Tensor
  /** Each item's weighted error, `[N]`. */
  readonly itemLoss: Tensor
}

/**
 * The loss of `batch` items. Inputs: `x0` and `epsilon` `[N, ...shape]`, `t` `[N]` in the network's units, `labels`
 * `[N]` for a conditional network, and {@link itemCoefficients} `[N]`.
 */
export function denoisingLoss(network: Network, scope: Scope, batch: number): LossGraph {
  const shape = [batch, ...network.inputShape]
  const perItem = (name: string): Tensor => reshape(input(name, [batch]), [batch, ...network.inputShape.map(() => 1)])
  const [x0, epsilon] = [input('x0', shape), input('epsilon', shape)]
  const x = add(mul(perItem('alpha'), x0), mul(perItem('sigma'), epsilon))
  const target = add(mul(perItem('sample'), x0), mul(perItem('noise'), epsilon))
  const prediction = network.build(scope, {
    x,
    t: input('t', [batch]),
    ...(network.classes > 0 && { labels: input('labels', [batch], 'int32') }),
  })
  const error = mean(
    square(sub(prediction, target)),
    network.inputShape.map((_, axis) => axis + 1),
  )
  const itemLoss = mul(input('weight', [batch]), error)
  return { loss: mean(itemLoss), itemLoss }
}

/**
 * The coefficients of an item at time t, in the order of {@link itemCoefficients}. The factor by which the network sees
 * x_t smaller or larger is already in α and σ.
 */
export function coefficientsAt(
  { schedule, parametrisation, view, weight }: Objective,
  t: number,
): readonly [alpha: number, sigma: number, sample: number, noise: number, weight: number] {
  const { sample, noise } = parametrisation.weights(schedule, t)
  const scale = view.scale(t)
  return [scale * schedule.alpha(t), scale * schedule.sigma(t), sample, noise, weight(t)]
}
