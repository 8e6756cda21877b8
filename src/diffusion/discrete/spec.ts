/** The specification of a process over categories, as plain JSON: for training specifications and model folders. */
import { TweedieError } from '../../errors.ts'

/** How a token is lost on the way to noise. */
export type KernelName = 'uniform' | 'absorbing' | 'gaussian' | 'neighbour'

/** How fast. */
export type FadeName = 'linear' | 'cosine' | 'log-linear' | 'mutual-information'

/** What a network is trained by. */
export type DiscreteObjectiveName = 'bound' | 'hybrid' | 'cross-entropy'

/** A process over categories, and what a network learns from it. */
export interface DiscreteSpec {
  /**
   * - `uniform` — a lost token becomes any category alike: multinomial diffusion
   * - `absorbing` — a lost token becomes a mask, a state of its own behind the categories
   * - `gaussian` — categories that have an order, such as grey levels, move to near ones
   * - `neighbour` — categories move along a graph of neighbours
   */
  readonly kernel: KernelName
  /**
   * ᾱ(t), the share of tokens that are not yet lost:
   * - `linear` — 1 − t, in steps the loss 1/(T − i + 1); for `gaussian` steps whose widths grow linearly
   * - `log-linear` — the same, as −log(1 − t) of noise is called in masked diffusion language models
   * - `cosine` — cos²(π/2 · (t + s)/(1 + s)), s = 0.008
   * - `mutual-information` — so that I(x_t; x₀) falls linearly
   */
  readonly schedule: FadeName
  /** T, or null for continuous time, which `absorbing` and `uniform` have. */
  readonly steps: number | null
  /** L_VLB; L_VLB + λ CE; or CE alone, the mean over all times of −log p(x₀ | x_t). */
  readonly objective: DiscreteObjectiveName
  /**
   * λ of `hybrid`; default 1. Where the bound is divided by its T steps, as in D3PM's code, λ there is ours / T: its 0.001 at
   * 1000 steps is 1 here.
   */
  readonly lambda?: number
  /** The categories' shares in the data, for `mutual-information`; default all alike. */
  readonly marginal?: readonly number[]
  /** β of the first and the last step, for `gaussian`; default [0.02, 1]. */
  readonly beta?: readonly [first: number, last: number]
  /** The neighbours of each category, for `neighbour`; see `nearestNeighbours`. */
  readonly neighbours?: readonly (readonly number[])[]
}

/** All kernels. */
export const kernelNames: readonly KernelName[] = Object.freeze(['uniform', 'absorbing', 'gaussian', 'neighbour'])

/** All schedules. */
export const fadeNames: readonly FadeName[] = Object.freeze(['linear', 'cosine', 'log-linear', 'mutual-information'])

/** All objectives. */
export const discreteObjectiveNames: readonly DiscreteObjectiveName[] = Object.freeze([
  'bound',
  'hybrid',
  'cross-entropy',
])

/**
 * Refuses settings that make no sense for any kernel.
 *
 * @throws TweedieError `usage`
 */
export function checkDiscreteSpec(spec: DiscreteSpec, categories: number): void {
  const refuse = (message: string, hint: string): never => {
    throw new TweedieError('usage', message, { hint })
  }
  const oneOf = (what: string, value: string, names: readonly string[]): void => {
    if (!names.includes(value)) refuse(`unknown ${what}: ${String(value)}`, `one of ${names.join(', ')}`)
  }
  oneOf('kernel', spec.kernel, kernelNames)
  oneOf('schedule', spec.schedule, fadeNames)
  oneOf('objective', spec.objective, discreteObjectiveNames)
  const { kernel, schedule, steps, lambda, marginal } = spec
  if (!Number.isInteger(categories) || categories < 2) {
    refuse(`${categories} categories: a process needs two or more`, 'is there only one kind of token in the data?')
  }
  if (steps !== null && !(Number.isInteger(steps) && steps >= 1)) {
    refuse(`steps ${steps}: must be a whole number of steps, or null for continuous time`, 'try 1000')
  }
  if (steps === null && kernel !== 'absorbing' && kernel !== 'uniform') {
    refuse(`kernel ${kernel}: continuous time is for the kernels absorbing and uniform`, 'give a number of steps')
  }
  if (kernel === 'gaussian' && schedule !== 'linear') {
    refuse(`kernel gaussian with schedule ${schedule}: its steps widen linearly`, "choose the schedule 'linear'")
  }
  if (lambda !== undefined && !(lambda >= 0 && lambda < Infinity)) {
    refuse(`lambda ${lambda}: must be a number of at least 0`, 'try 1')
  }
  if (marginal && (marginal.length !== categories || !marginal.every((share) => share >= 0 && share < Infinity))) {
    refuse(`marginal: must be ${categories} numbers of at least 0`, 'the share of each category in the data')
  }
}
