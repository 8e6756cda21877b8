/**
 * The denoising objective as a graph. For every item a time t is drawn, and with it the numbers of the schedule and of
 * the parametrisation; the network sees x_t = α x₀ + σ ε and predicts m = a x₀ + b ε:
 *
 *     loss = mean over items of w |m̂(x_t, t) − m|² / dim.
 *
 * - Denoising Diffusion Probabilistic Models (Ho et al., 2020), algorithm 1, https://arxiv.org/abs/2006.11239
 * - A Connection Between Score Matching and Denoising Autoencoders (Vincent, 2011)
 */
import { add, input, mean, mul, reshape, square, sub } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { conditionInputs } from '../../engine/nn/condition-spec.ts'
import type { Dropout, Network } from '../../engine/nn/network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import type { Objective } from './objective-spec.ts'

/** Inputs at every step besides data and noise: one number for each item. */
export const itemCoefficients = ['alpha', 'sigma', 'sample', 'noise', 'weight'] as const

/** The loss of a batch. */
export interface LossGraph {
  /** The mean over the batch, a scalar. */
  readonly loss: Tensor
  /** Each item's weighted error, `[N]`. */
  readonly itemLoss: Tensor
}

/** A network's answer to a batch of noisy data. */
export interface Answer {
  /** Clean data, `[N, ...shape]`. */
  readonly x0: Tensor
  /** What the network sees, α x₀ + σ ε, of the same shape. */
  readonly x: Tensor
  /** m, the target. */
  readonly target: Tensor
  /** The network's output, `[N, ...outputShape]`. */
  readonly output: Tensor
}

/** How a network is asked. */
export interface AnswerOptions {
  readonly x0?: Tensor | undefined
  /** How its activations are dropped; left out, they are not. */
  readonly dropout?: Dropout | undefined
  /** Conditions that are expressions themselves, such as an encoder's output, instead of inputs, by name. */
  readonly conditions?: Readonly<Record<string, Tensor>> | undefined
}

/** One number for each item, an input by name, in a shape that broadcasts to the data's. */
export function perItem(name: string, network: Network, batch: number): Tensor {
  return reshape(input(name, [batch]), [batch, ...network.inputShape.map(() => 1)])
}

/** a x₀ + b ε of each item, with inputs of these names for a and b: of `alpha` and `sigma` what the network sees. */
export function mixed(
  network: Network,
  batch: number,
  { x0, epsilon }: { readonly x0: Tensor; readonly epsilon: Tensor },
  [a, b]: readonly [a: string, b: string],
): Tensor {
  return add(mul(perItem(a, network, batch), x0), mul(perItem(b, network, batch), epsilon))
}

/**
 * The network's answer to `batch` noisy items. Inputs: `x0` and `epsilon` `[N, ...shape]`, `t` `[N]` in the network's
 * units,
 * the network's conditions by their names (`labels` `[N]`), and {@link itemCoefficients} but the weight, `[N]`.
 *
 * @param options.x0 clean data that are an expression themselves, instead of the input `x0`
 * @param options.conditions the same of conditions
 */
export function answerOf(
  network: Network,
  scope: Scope,
  batch: number,
  { x0 = input('x0', [batch, ...network.inputShape]), dropout, conditions }: AnswerOptions = {},
): Answer {
  const epsilon = input('epsilon', x0.shape)
  const mix = (a: string, b: string): Tensor => mixed(network, batch, { x0, epsilon }, [a, b])
  const x = mix('alpha', 'sigma')
  const output = network.build(scope, {
    x,
    t: input('t', [batch]),
    conditions: { ...conditionInputs(network.conditions, batch), ...conditions },
    ...(dropout && { dropout }),
  })
  return { x0, x, target: mix('sample', 'noise'), output }
}

/** w |m̂ − m|² / dim of each item, with the input `weight` `[N]`. */
export function weightedError(prediction: Tensor, target: Tensor): Tensor {
  return mul(input('weight', [target.shape[0]!]), itemMean(square(sub(prediction, target))))
}

/** The mean over everything but the batch. */
export function itemMean(x: Tensor): Tensor {
  return mean(
    x,
    x.shape.slice(1).map((_, axis) => axis + 1),
  )
}

/** The loss of `batch` items; its inputs are those of {@link answerOf}, and `weight`. */
export function denoisingLoss(network: Network, scope: Scope, batch: number, options: AnswerOptions = {}): LossGraph {
  const { target, output } = answerOf(network, scope, batch, options)
  const itemLoss = weightedError(output, target)
  return { loss: mean(itemLoss), itemLoss }
}

/**
 * The coefficients of an item at time t, in the order of {@link itemCoefficients}. The network's input factor is
 * already in α and σ.
 */
export function coefficientsAt(
  { schedule, parametrisation, view, weight }: Objective,
  t: number,
): readonly [alpha: number, sigma: number, sample: number, noise: number, weight: number] {
  const { sample, noise } = parametrisation.weights(schedule, t)
  const scale = view.scale(t)
  return [scale * schedule.alpha(t), scale * schedule.sigma(t), sample, noise, weight(t)]
}
