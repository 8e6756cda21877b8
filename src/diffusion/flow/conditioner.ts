/** Networks that give the parameters of transforms: an MLP for vectors, convolutions for images. */
import { add, reshape, silu } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { convolution, layerNorm, linear } from '../../engine/nn/layers.ts'
import { normalWith, zeros } from '../../engine/nn/parameters.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import type { FlowContext } from './bijection.ts'

/** From what a coupling leaves unchanged to so many outputs, of which all are zero at first. */
export type Conditioner = (scope: Scope, x: Tensor, outputs: number, context: FlowContext) => Tensor

/** Its size. */
export interface ConditionerSize {
  readonly width: number
  /** Residual blocks. */
  readonly layers: number
  readonly dropout: number
}

/**
 * A residual MLP, `[N, in] → [N, outputs]`: h ← h + W₂ drop(silu(W₁ silu(norm(h)) + W₃ c)), with c the embedding of the conditions.
 */
export function mlpConditioner({ width, layers, dropout }: ConditionerSize): Conditioner {
  return (scope, x, outputs, { condition, drop }) => {
    let h = linear(scope.child('linear_in'), x, width)
    for (let layer = 0; layer < layers; layer++) {
      const block = scope.child('blocks').child(layer)
      const inner = linear(block.child('linear_1'), silu(layerNorm(block.child('norm'), h)), width)
      const told = condition ? add(inner, linear(block.child('condition'), condition, width)) : inner
      const hidden = silu(told)
      const kept = drop && dropout > 0 ? drop(hidden, dropout) : hidden
      h = add(h, linear(block.child('linear_2'), kept, width, { init: outward(width, layers) }))
    }
    return linear(scope.child('linear_out'), silu(layerNorm(scope.child('norm_out'), h)), outputs, { init: zeros })
  }
}

/**
 * Residual convolutions, `[N, in, H, W] → [N, outputs, H, W]`, of 3 × 3 taps; the condition is added at every place.
 * There are no norms over places: each place's parameters depend on its neighbourhood alone.
 */
export function convConditioner({ width, layers, dropout }: ConditionerSize): Conditioner {
  return (scope, x, outputs, { condition, drop }) => {
    let h = convolution(scope.child('conv_in'), x, width)
    for (let layer = 0; layer < layers; layer++) {
      const block = scope.child('blocks').child(layer)
      const inner = convolution(block.child('conv_1'), silu(h), width)
      const term = condition && reshape(linear(block.child('condition'), condition, width), [x.shape[0]!, width, 1, 1])
      const hidden = silu(term ? add(inner, term) : inner)
      const kept = drop && dropout > 0 ? drop(hidden, dropout) : hidden
      h = add(h, convolution(block.child('conv_2'), kept, width, { kernel: 1, init: outward(width, layers) }))
    }
    return convolution(scope.child('conv_out'), silu(h), outputs, { init: zeros })
  }
}

/** The sum of all branches should begin about as wide as what they are added to. */
const outward = (width: number, layers: number) => normalWith(1 / Math.sqrt(2 * layers * width))
