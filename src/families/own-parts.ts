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
  /** Samplers, by their names for `sampler`. */
  readonly samplers?: Readonly<Record<string, () => Sampler | TokenSampler>> | undefined
  /** Measurements, by their names for `task`: operators on an item `[channels, height, width]`. */
  readonly measurements?:
    | Readonly<Record<string, (shape: readonly number[], options: OptionValues) => Operator>>
    | undefined
}

/** The configuration of the user's own network: facts about the data, and the options of the run. */
export interface NetworkConfig {
  /** One item: `[channels, height, width]`, `[columns]`, … */
  readonly input_shape: readonly number[]
  /** How many class labels there are, "no class" included; left out for data without classes. */
  readonly num_class_embeds?: number
  readonly [option: string]: unknown
}

/**
 * By default its name and configuration are those of the request, the output has the input's shape, and it has no
 * conditions; otherwise set `conditions: { labels: { kind: 'class', classes: num_class_embeds } }`.
 */
export type OwnNetwork = Pick<Network, 'build'> & Partial<Omit<Network, 'className' | 'config'>>

/** Makes a network. */
export type NetworkFactory = (config: NetworkConfig) => OwnNetwork

/** The user's own loss, and the settings that go with it. */
export interface OwnObjective {
  /** What the network predicts, so that it can be sampled; the default depends on the noise. */
  readonly parametrisation?: TrainedParametrisation | undefined
  /** The weighting behind `weight`, by name; the default depends on the prediction. */
  readonly weighting?: string | undefined
  /** The default noise. */
  readonly noise?: string | undefined
  /**
   * The loss of each item, `[N]`, or of each of its values, `[N, ...shape]`, of which the mean counts.
   *
   * @example
   * loss: ({ output, target }) => abs(sub(output, target))
   */
  loss(terms: LossTerms): Tensor
}

/** The inputs of a loss; `[N, 1, …]` broadcasts to `[N, ...shape]`. */
export interface LossTerms {
  /** Clean data, `[N, ...shape]`. */
  readonly x0: Tensor
  /** Noise from N(0, 1), `[N, ...shape]`. */
  readonly epsilon: Tensor
  /** Noisy data as the network sees them, α x₀ + σ ε, `[N, ...shape]`. */
  readonly xt: Tensor
  /** The time in the network's units, `[N]`. */
  readonly t: Tensor
  /** The network's output, `[N, ...outputShape]`. */
  readonly output: Tensor
  /** The target of its parametrisation, `[N, ...shape]`. */
  readonly target: Tensor
  /** α and σ, `[N, 1, …]`. */
  readonly alpha: Tensor
  readonly sigma: Tensor
  /** The weighting at the item's time, `[N]`. */
  readonly weight: Tensor
}
