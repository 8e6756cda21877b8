/** A network: the interface for trainers and samplers. */
import { input } from '../graph/index.ts'
import type { GraphFiles, Shape, Tensor } from '../graph/index.ts'
import { conditionInputs, type ConditionSpecs } from './condition-spec.ts'
import { layoutOf } from './layout.ts'
import type { Layout } from './layout.ts'
import { Scope } from './parameters.ts'

/** The inputs of a network. */
export interface NetworkInputs {
  /** Noisy data, `[N, ...inputShape]`; int32 states for a network over categories. */
  readonly x: Tensor
  /**
   * Times `[N]`, float32, in the network's own units: steps 0 … 999 for networks trained on a table of 1000, [0, 1] for
   * networks over categories. `[1]`, one time for all items, where the network allows it (`sharedTime`).
   */
  readonly t: Tensor
  /** The conditions by name: one tensor for each, such as `labels` `[N]`, int32. */
  readonly conditions?: Readonly<Record<string, Tensor>> | undefined
  /** How to drop activations while training; left out when sampling, when nothing is dropped. */
  readonly dropout?: Dropout | undefined
  /** Is told the weights of every attention to a context; left out: nobody asks. */
  readonly watch?: AttentionWatcher | undefined
}

/**
 * Receives the weights of one attention to a context, as a network is built: `weights [N, heads, T, S]`, T places of the image
 * (`grid`: height times width, row by row) over S of the context, a condition of this name.
 */
export type AttentionWatcher = (
  weights: Tensor,
  grid: readonly [height: number, width: number],
  condition: string,
) => void

/** Zeroes a part of `x` at random and scales the rest by `1 / (1 − rate)`. */
export type Dropout = (x: Tensor, rate: number) => Tensor

/** A network, without its parameters: an architecture. */
export interface Network {
  /** The name that a model folder gives it. */
  readonly className: string
  /** Everything needed to build it again, as JSON. */
  readonly config: Readonly<Record<string, unknown>>
  /** The shape of one item of the input, without the batch axis. */
  readonly inputShape: Shape
  /** The shape of one item of the output. */
  readonly outputShape: Shape
  /**
   * For a network over tokens: how many states a noisy token may be, and how many categories a clean one. Its `x` is int32,
   * and its output ends in an axis of logits.
   */
  readonly categories?: { readonly states: number; readonly logits: number }
  /** Whether its output does not depend on `t`; no, if left out. */
  readonly timeless?: boolean
  /** Whether `t` may be `[1]`, one time for all items, so that its embedding is computed once; no, if left out. */
  readonly sharedTime?: boolean
  /** How many items it takes at a time, where that is fixed; any number, if left out. */
  readonly items?: number | undefined
  /** Its conditions by name; the class is `labels`. None: `{}`. */
  readonly conditions: ConditionSpecs
  /** Heights and widths must be multiples of it; left out: any size is allowed. */
  readonly stride?: number
  /** The files that it is, where its graph and its weights lie in such. */
  readonly onnx?: GraphFiles | undefined
  /** Declares the parameters in `scope` and returns the output, `[N, ...outputShape]`. */
  build(scope: Scope, inputs: NetworkInputs): Tensor
  /** The parameter's name for a name in a weights file of an older convention. */
  rename?(name: string): string
}

/**
 * Where every parameter of a network lies.
 *
 * @example
 * parametersOf(unet2d({ sample_size: 32 })).size
 */
export function parametersOf(network: Network): Layout {
  const scope = new Scope()
  network.build(scope, {
    x: input('x', [1, ...network.inputShape], network.categories ? 'int32' : 'float32'),
    t: input('t', [1]),
    conditions: conditionInputs(network.conditions, 1),
  })
  return layoutOf(scope.specs, network.rename)
}
