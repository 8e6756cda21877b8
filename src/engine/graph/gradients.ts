/** Reverse-mode differentiation: gradients of a scalar as a graph, itself differentiable. */
import { TweedieError } from '../../errors.ts'
import { add } from './elementwise.ts'
import { gradientRules } from './gradient-rules.ts'
import type { GradientRule } from './gradient-rules.ts'
import { mapTuple } from './map-tuple.ts'
import type { MappedTuple } from './map-tuple.ts'
import type { OpName } from './ops.ts'
import { sameShape, showShape } from './shape.ts'
import { filled } from './tensor.ts'
import type { Tensor } from './tensor.ts'
import { topological } from './traverse.ts'

/**
 * ∂ loss / ∂ x for every `x` of `inputs`, as tensors of the same shapes. An `x` on which the loss does not depend gets zeros.
 *
 * @param loss a scalar, shape `[]` — or any tensor when `seed` is given
 * @param seed the gradient in `loss` to begin with: the vector of a vector–Jacobian product
 * @example
 * const [dw] = gradients(mean(square(sub(matmul(x, w), y))), [w])
 */
export function gradients<const Inputs extends readonly Tensor[]>(
  loss: Tensor,
  inputs: Inputs,
  seed?: Tensor,
): MappedTuple<Inputs, Tensor> {
  const start = seed ?? filled(1, [], loss.dtype)
  if (!sameShape(loss.shape, start.shape)) {
    throw new TweedieError(
      'shape',
      `gradients: the ${seed ? 'seed' : 'loss'} has shape ${showShape(seed ? start.shape : loss.shape)}, expected ${showShape(seed ? loss.shape : [])}`,
      {
        hint: 'reduce the loss with sum() or mean(), or give a seed of its shape',
      },
    )
  }
  const order = topological([loss])
  const needed = dependents(order, new Set(inputs))
  const flowing = new Map<Tensor, Tensor>([[loss, start]])
  for (const tensor of order.reverse()) {
    const dy = flowing.get(tensor)
    if (dy === undefined || !needed.has(tensor)) continue
    const rule = gradientRules[tensor.op] as GradientRule<OpName>
    rule(dy, tensor, ...tensor.inputs).forEach((gradient, i) => {
      const to = tensor.inputs[i]!
      if (gradient === undefined || !needed.has(to)) return
      const before = flowing.get(to)
      flowing.set(to, before === undefined ? gradient : add(before, gradient))
    })
  }
  return mapTuple(inputs, (x) => flowing.get(x) ?? filled(0, x.shape, x.dtype))
}

/** The nodes whose value depends on one of `inputs`. */
function dependents(order: readonly Tensor[], inputs: ReadonlySet<Tensor>): Set<Tensor> {
  const found = new Set<Tensor>()
  for (const tensor of order) {
    if (inputs.has(tensor) || tensor.inputs.some((each) => found.has(each))) found.add(tensor)
  }
  return found
}
