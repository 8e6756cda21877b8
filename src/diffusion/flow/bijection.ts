/**
 * Bijections: invertible maps with an exact log-determinant, as expressions of the graph over named parameters.
 * Rezende & Mohamed, Variational Inference with Normalizing Flows (2015); Papamakarios et al., Normalizing Flows for
 * Probabilistic Modeling and Inference (2021).
 */
import { constant, sizeOf } from '../../engine/graph/index.ts'
import type { Shape, Tensor } from '../../engine/graph/index.ts'
import type { Dropout } from '../../engine/nn/network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'

/** What a bijection may depend on besides what it maps. */
export interface FlowContext {
  /** The embedding of the conditions, `[N, width]`, if there are any. */
  readonly condition?: Tensor | undefined
  /** Told of all numbers that a transform of single numbers is about to map. */
  readonly watch?: ((x: Tensor, box: number) => void) | undefined
  /** How activations are dropped while training; when sampling, nothing is. */
  readonly drop?: Dropout | undefined
}

/** A mapped batch, and log |det ∂y/∂x| of each item. */
export interface Mapped {
  /** `[N, ...]`. */
  readonly y: Tensor
  /** `[N]` in nats, or `[]` where it is the same for every item. */
  readonly logDet: Tensor
}

/**
 * How the inverse is computed where one element needs those before it: `x ← step(y, x)`, again and again. Every round makes at
 * least one more place exact, so after `rounds` of them nothing changes any more, whatever it began with.
 * Song et al., Accelerating Feedforward Computation via Parallel Nonlinear Equation Solving (2021).
 */
export interface Sequential {
  /** The most rounds that are needed. */
  readonly rounds: number
  /** One round for `y [N, ...]` and the state `x [N, ...]`. */
  step(scope: Scope, y: Tensor, x: Tensor, context: FlowContext): Tensor
}

/** An invertible map of items of one shape. It has an `inverse`, or is `sequential`. */
export interface Bijection {
  /** What it is, in a few words: `spline coupling`. */
  readonly name: string
  /** One item of x, without the batch axis. */
  readonly shape: Shape
  /** One item of y: as many elements. */
  readonly outputShape: Shape
  /** y and log |det ∂y/∂x|. Its parameters are declared in `scope`. */
  forward(scope: Scope, x: Tensor, context: FlowContext): Mapped
  /** x and log |det ∂x/∂y|, over the same parameters; missing where the inverse is sequential. */
  inverse?(scope: Scope, y: Tensor, context: FlowContext): Mapped
  /** The way back, where it takes many calls. */
  readonly sequential?: Sequential | undefined
  /** Its parts, if it is a chain: part i has its parameters in `scope.child(i)`. */
  readonly parts?: readonly Bijection[] | undefined
}

/** log |det| = 0, of a map that only moves elements. */
export const noLogDet: Tensor = constant(0)

/** How many numbers an item has. */
export function dimensionsOf({ shape }: Pick<Bijection, 'shape'>): number {
  return sizeOf(shape)
}
