/** Activation functions by the names that configurations use. */
import { gelu, mul, relu, silu, softplus, tanh } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { TweedieError } from '../../errors.ts'

const activations: Readonly<Record<string, (x: Tensor) => Tensor>> = Object.freeze({
  silu,
  swish: silu,
  relu,
  gelu,
  mish: (x: Tensor) => mul(x, tanh(softplus(x))),
})

/** Whether a value names an activation. */
export function isActivation(name: unknown): name is string {
  return typeof name === 'string' && Object.hasOwn(activations, name)
}

/** The activation of this name. */
export function activation(name: string): (x: Tensor) => Tensor {
  if (!isActivation(name)) {
    throw new TweedieError('model', `activation ${name}: expected one of ${Object.keys(activations).join(', ')}`)
  }
  return activations[name]!
}
