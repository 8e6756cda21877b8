/**
 * Masked autoregressive maps: number i is mapped by parameters that a network makes of the numbers before it, all in one pass.
 * The inverse is sequential. Germain et al., MADE (2015); Papamakarios, Pavlakou & Murray, Masked Autoregressive Flow (2017).
 */
import { add, constant, matmul, mul, reshape, silu } from '../../engine/graph/index.ts'
import type { Shape, Tensor } from '../../engine/graph/index.ts'
import { linear } from '../../engine/nn/layers.ts'
import { normalWith, uniformWithin, zeros } from '../../engine/nn/parameters.ts'
import type { Initializer, Scope } from '../../engine/nn/parameters.ts'
import type { Bijection, FlowContext } from './bijection.ts'
import type { ConditionerSize } from './conditioner.ts'
import type { ElementTransform } from './element-transform.ts'
import { sumItems } from './sum-items.ts'

/**
 * `y_i = T(x_i; θ_i(x_1 … x_{i−1}))` for vectors `[D]`: log |det| = Σ log T′. Its inverse takes up to D calls.
 *
 * @example
 * autoregressive([8], splineTransform(), { width: 64, layers: 2, dropout: 0 })
 */
export function autoregressive(shape: Shape, transform: ElementTransform, size: ConditionerSize): Bijection {
  const [places] = shape as [number]
  const parameters = (scope: Scope, x: Tensor, context: FlowContext): Tensor =>
    reshape(made(scope, x, transform.parameters, size, context), [x.shape[0]!, places, transform.parameters])
  return Object.freeze<Bijection>({
    name: `autoregressive ${transform.name}`,
    shape,
    outputShape: shape,
    forward(scope, x, context) {
      if (transform.box !== undefined) context.watch?.(x, transform.box)
      const { y, logDerivative } = transform.forward(x, parameters(scope, x, context))
      return { y, logDet: sumItems(logDerivative) }
    },
    sequential: {
      rounds: places,
      step: (scope, y, x, context) => transform.inverse(y, parameters(scope, x, context)).y,
    },
  })
}

/**
 * The masked residual network, `[N, D] → [N, D · parameters]`. Feature j of the hidden layers has the degree 1 + j mod (D − 1) and sees
 * numbers up to it; the outputs of number i see features of a degree below i. The embedding of the conditions is seen by all.
 */
function made(
  scope: Scope,
  x: Tensor,
  parameters: number,
  { width, layers, dropout }: ConditionerSize,
  { condition, drop }: FlowContext,
): Tensor {
  const places = x.shape[1]!
  const inputs = Array.from({ length: places }, (_, i) => i + 1)
  // a single number depends on nothing but the condition: degree 0 sees no number
  const hidden = Array.from({ length: width }, (_, j) => (places === 1 ? 0 : 1 + (j % (places - 1))))
  const outputs = inputs.flatMap((degree) => Array.from({ length: parameters }, () => degree))
  const sees = (to: number, from: number): boolean => to >= from
  let h = masked(scope.child('linear_in'), x, hidden, inputs, sees)
  for (let layer = 0; layer < layers; layer++) {
    const block = scope.child('blocks').child(layer)
    const inner = masked(block.child('linear_1'), silu(h), hidden, hidden, sees)
    const told = silu(condition ? add(inner, linear(block.child('condition'), condition, width)) : inner)
    const kept = drop && dropout > 0 ? drop(told, dropout) : told
    const init = normalWith(1 / Math.sqrt(2 * layers * width))
    h = add(h, masked(block.child('linear_2'), kept, hidden, hidden, sees, init))
  }
  return masked(scope.child('linear_out'), silu(h), outputs, hidden, (to, from) => to > from, zeros)
}

/** A linear layer whose weight is 0 wherever the output must not see the input. */
function masked(
  scope: Scope,
  x: Tensor,
  outputs: readonly number[],
  inputs: readonly number[],
  sees: (to: number, from: number) => boolean,
  init?: Initializer,
): Tensor {
  const shape = [outputs.length, inputs.length]
  const mask = Float32Array.from(outputs.flatMap((to) => inputs.map((from) => Number(sees(to, from)))))
  const spread = uniformWithin(1 / Math.sqrt(inputs.length))
  const weight = mul(scope.parameter('weight', shape, init ?? spread), constant(mask, shape))
  return add(matmul(x, weight, { transposeB: true }), scope.parameter('bias', [outputs.length], init ? zeros : spread))
}
