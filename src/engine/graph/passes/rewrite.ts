/** The type of a rewrite rule, and helpers for writing rules. */
import { broadcastTo } from '../movement.ts'
import type { OpName } from '../ops.ts'
import { constantValue, filled } from '../tensor.ts'
import type { Tensor, TensorOf } from '../tensor.ts'

/** Another expression for `y`, simpler, of the same shape and element type; nothing when the rule does not apply. */
export type Rewrite<K extends OpName> = (y: TensorOf<K>, ...inputs: Tensor[]) => Tensor | false | undefined

/** Rules for some operators, tried in order. */
export type RewriteRules = { readonly [K in OpName]?: readonly Rewrite<K>[] }

/** Whether a tensor is a constant with this value everywhere. */
export const is = (x: Tensor, value: number): boolean => constantValue(x) === value

/** x, stretched to the shape of y. */
export const to = (y: { readonly shape: Tensor['shape'] }, x: Tensor): Tensor => broadcastTo(x, y.shape)

/** A constant of the shape and type of y. */
export const all = (y: Pick<Tensor, 'shape' | 'dtype'>, value: number): Tensor => filled(value, y.shape, y.dtype)

/** A rule of two operands that may stand in either order. */
export const either =
  <K extends OpName>(rule: (y: TensorOf<K>, a: Tensor, b: Tensor) => Tensor | false | undefined): Rewrite<K> =>
  (y, a, b) =>
    rule(y, a, b) || rule(y, b, a)
