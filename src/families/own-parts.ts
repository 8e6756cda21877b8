/**
 * The user's own parts of models, as values: passed to functions, or named in a configuration file. Nothing is registered anywhere,
 * so two users in one process do not meet. Keys are the names that specifications and folders give them.
 */
import type { TrainedParametrisation } from '../diffusion/denoise/objective-spec.ts'
import type { OwnWeightings } from '../diffusion/denoise/weighting.ts'
import type { OwnSchedules } from '../diffusion/noise/named.ts'
import type { TokenSampler } from '../diffusion/discrete/index.ts'
import type { Operator } from '../diffusion/measure/index.ts'
import type { Sampler } from '../diffusion/sample/sampler.ts'
import type { Tensor } from '../engine/graph/index.ts'
import type { Network } from '../engine/nn/network.ts'
import type { OptionValues } from '../options.ts'

/** Parts by name. */
export interface OwnComponents {
  /** From a configuration, as a folder's `config.json` has it, to a network. */
  readonly networks?: Readonly<Record<string, NetworkFactory>> | undefined
  /** Losses, for models of values under Gaussian noise. */
  readonly objectives?: Readonly<Record<string, OwnObjective>> | undefined
  /** Noise in continuous time; each function is given the numbers that the specification has for it. */
  readonly schedules?: OwnSchedules | undefined
  /** How much the error at each time counts. */
  readonly weightings?: OwnWeightings | undefined
  /** Samplers, by the names that `sampler` asks for them. */
  readonly samplers?: Readonly<Record<string, () => Sampler | TokenSampler>> | undefined
  /** Measurements, by the names that `task` asks for them: what is measured of an item `[channels, height, width]`. */
  readonly measurements?:
    | Readonly<Record<string, (shape: readonly number[], options: OptionValues) => Operator>>
    | undefined
}

/** What a network of the user's own is made from: what is known of the data, and the options that it was asked for with. */
export interface NetworkConfig {
  /** One item: `[channels, height, width]`, `[columns]`, … */
  readonly input_shape: readonly number[]
  /** How many class labels there are, "no class" included; left out for data without classes. */
  readonly num_class_embeds?: number
  readonly [option: string]: unknown
}

/**
 * Its name and configuration are those by which it was asked for; the output has the input's shape, and it is told no
 * classes, unless it says otherwise: `conditions: { labels: { kind: 'class', classes: num_class_embeds } }`.
 */
export type OwnNetwork = Pick<Network, 'build'> & Partial<Omit<Network, 'className' | 'config'>>

/** Makes a network. */
export type NetworkFactory = (config: NetworkConfig) => OwnNetwork

/** A loss of the user's own, and what goes with it. */
export interface OwnObjective {
  /** What the network predicts, so that it can be sampled; by default what suits the noise. */
  readonly parametrisation?: TrainedParametrisation | undefined
  /** The weighting behind `weight`, by name; by default what suits the prediction. */
  readonly weighting?: string | undefined
  /** The noise, unless another is asked for. */
  readonly noise?: string | undefined
  /**
   * The loss of each item, `[N]`, or of each of its values, `[N, ...shape]`, of which the mean counts.
   *
   * @example
   * loss: ({ output, target }) => abs(sub(output, target))
   */
  loss(terms: LossTerms): Tensor
}

/** What a loss may be made of; `[N, 1, …]` goes with `[N, ...shape]`. */
export interface LossTerms {
  /** Clean data, `[N, ...shape]`. */
  readonly x0: Tensor
  /** Noise from N(0, 1), `[N, ...shape]`. */
  readonly epsilon: Tensor
  /** Noisy data as the network sees them, α x₀ + σ ε, `[N, ...shape]`. */
  readonly xt: Tensor
  /** The time as the network is told it, `[N]`. */
  readonly t: Tensor
  /** What the network says, `[N, ...outputShape]`. */
  readonly output: Tensor
  /** What it should say by its parametrisation, `[N, ...shape]`. */
  readonly target: Tensor
  /** α and σ, `[N, 1, …]`. */
  readonly alpha: Tensor
  readonly sigma: Tensor
  /** The weighting at the item's time, `[N]`. */
  readonly weight: Tensor
}
