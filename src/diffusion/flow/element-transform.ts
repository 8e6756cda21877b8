/** Monotone maps of single numbers by parameters that a network gives: what couplings and autoregressive maps are made of. */
import { add, div, exp, mul, neg, reshape, slice, sub, tanh } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'

/** A mapped number, and the logarithm of the derivative, both of the shape of what was mapped. */
export interface MappedElements {
  readonly y: Tensor
  readonly logDerivative: Tensor
}

/** A monotone map of a number. Parameters of zero make it the identity. */
export interface ElementTransform {
  readonly name: string
  /** How many parameters a number has. */
  readonly parameters: number
  /** Outside of [−box, box] it is the identity, whatever its parameters. */
  readonly box?: number | undefined
  /** `x [...]` by `p [..., parameters]`. */
  forward(x: Tensor, p: Tensor): MappedElements
  inverse(y: Tensor, p: Tensor): MappedElements
}

/**
 * `y = x e^s + t` with `s = b tanh(s′ / b)`, so that no scale leaves [e^−b, e^b]: unbounded ones overflow.
 *
 * @param bound b
 * @example
 * affineTransform().forward(x, p) // x [N, D], p [N, D, 2]
 */
export function affineTransform(bound = 3): ElementTransform {
  const read = (p: Tensor): readonly [s: Tensor, t: Tensor] => [
    mul(tanh(mul(squeezeLast(slice(p, -1, 0, 1)), 1 / bound)), bound),
    squeezeLast(slice(p, -1, 1, 2)),
  ]
  return Object.freeze<ElementTransform>({
    name: 'affine',
    parameters: 2,
    forward(x, p) {
      const [s, t] = read(p)
      return { y: add(mul(x, exp(s)), t), logDerivative: s }
    },
    inverse(y, p) {
      const [s, t] = read(p)
      return { y: div(sub(y, t), exp(s)), logDerivative: neg(s) }
    },
  })
}

/** `[..., 1] → [...]`. */
export const squeezeLast = (x: Tensor): Tensor => reshape(x, x.shape.slice(0, -1))
