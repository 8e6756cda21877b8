/** The number of floating-point operations of a graph. */
import { sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { topological } from '../traverse.ts'

/**
 * Floating-point operations of one node: two for every multiply–add of matrix products and convolutions (taps that fall
 * on padding included), none for anything else, as is the custom.
 */
export function flopsOf(tensor: Tensor): number {
  switch (tensor.op) {
    case 'matmul':
      return 2 * sizeOf(tensor.shape) * tensor.inputs[0].shape.at(tensor.attributes.transposeA ? -2 : -1)!
    case 'conv':
      return 2 * sizeOf(tensor.shape) * sizeOf(tensor.inputs[1].shape.slice(1))
    case 'convInput':
      return 2 * sizeOf(tensor.inputs[0].shape) * sizeOf(tensor.inputs[1].shape.slice(1))
    case 'convWeight':
      return 2 * sizeOf(tensor.inputs[1].shape) * sizeOf(tensor.shape.slice(1))
    default:
      return 0
  }
}

/** {@link flopsOf} all nodes that `outputs` depend on. */
export const flops = (outputs: readonly Tensor[]): number =>
  topological(outputs).reduce((total, tensor) => total + flopsOf(tensor), 0)
