/**
 * Parameters of a network: declared by name while its graph is built, collected by a scope.
 * A name is a path of modules, as PyTorch spells it: `down_blocks.0.resnets.1.conv1.weight`.
 */
import { TweedieError } from '../../errors.ts'
import { input, sameShape, showShape } from '../graph/index.ts'
import type { Shape, Tensor } from '../graph/index.ts'
import type { LowRank, WeightChanges } from './low-rank.ts'

/**
 * The initial value of a parameter: a constant, a constant in each of so many equal parts, uniform in ±bound, or normal
 * with a standard deviation.
 */
export type Initializer =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }
  | { readonly kind: 'parts'; readonly values: readonly number[] }
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'normal'; readonly std: number }

export const zeros: Initializer = Object.freeze({ kind: 'zeros' })
export const ones: Initializer = Object.freeze({ kind: 'ones' })
export const inParts = (...values: readonly number[]): Initializer => Object.freeze({ kind: 'parts', values })
export const uniformWithin = (bound: number): Initializer => Object.freeze({ kind: 'uniform', bound })
export const normalWith = (std: number): Initializer => Object.freeze({ kind: 'normal', std })

/** A parameter: its full name, its shape, its initial value. */
export interface ParameterSpec {
  readonly name: string
  readonly shape: Shape
  readonly init: Initializer
}

/**
 * A place in the tree of modules. Layers declare their parameters in it and get the graph inputs that stand for them.
 *
 * @example
 * const scope = new Scope()
 * const weight = scope.child('conv_in').parameter('weight', [64, 3, 3, 3], uniformWithin(1 / Math.sqrt(27)))
 * scope.specs // [{ name: 'conv_in.weight', … }]
 */
export class Scope {
  #prefix = ''
  #declared = new Map<string, { readonly spec: ParameterSpec; readonly tensor: Tensor }>()
  readonly #make: (name: string, shape: Shape) => Tensor
  readonly #changes: WeightChanges | undefined

  /**
   * @param make what stands for a parameter: an input of the graph by default; a constant, if its value is known
   * @param changes of the weights of linear and convolutional layers; none by default
   */
  constructor(make: (name: string, shape: Shape) => Tensor = input, changes?: WeightChanges) {
    this.#make = make
    this.#changes = changes
  }

  /**
   * The tensor that stands for a parameter. Declared again with the same shape it is the same tensor: weights are shared.
   *
   * @throws TweedieError `model` when the name is taken by another shape
   */
  parameter(name: string, shape: Shape, init: Initializer): Tensor {
    const full = this.#prefix + name
    const before = this.#declared.get(full)
    if (before === undefined) {
      const tensor = this.#make(full, shape)
      this.#declared.set(full, { spec: Object.freeze({ name: full, shape: tensor.shape, init }), tensor })
      return tensor
    }
    if (!sameShape(before.spec.shape, shape)) {
      throw new TweedieError(
        'model',
        `parameter ${full}: declared as ${showShape(before.spec.shape)}, then as ${showShape(shape)}`,
        { hint: 'give the second layer a scope of its own with child()' },
      )
    }
    return before.tensor
  }

  /** How a layer changes its weight, which is declared here. */
  change(name: string, shape: Shape): LowRank | undefined {
    return this.#changes?.(this.#prefix + name, shape)
  }

  /** The scope of a submodule. */
  child(name: string | number): Scope {
    const child = new Scope(this.#make, this.#changes)
    child.#prefix = `${this.#prefix}${name}.`
    child.#declared = this.#declared
    return child
  }

  /** Everything declared so far in the whole tree, in the order of declaration. */
  get specs(): readonly ParameterSpec[] {
    return [...this.#declared.values()].map(({ spec }) => spec)
  }
}
