/**
 * The divergence ∇·v = tr ∂v/∂x of a field as an expression, by vector–Jacobian products: with a probe ε one product,
 *
 *     εᵀ (∂v/∂x) ε,    E[ε εᵀ] = I,
 *
 * whose expectation is the trace (Hutchinson, 1989; FFJORD, https://arxiv.org/abs/1810.01367). Exactly, the items go through the field as
 * many times as an item has elements, each time with another unit vector as the probe: more work, but the graph stays as small.
 */
import { broadcastTo, concat, constant, gradients, mul, reshape, slice, square, sum } from '../../engine/graph/index.ts'
import type { DType, Tensor } from '../../engine/graph/index.ts'
import { sizeOf } from '../denoise/denoiser.ts'
import type { FieldGraph } from './field.ts'

/** A field at a point, with its derivatives there. */
export interface FieldAt {
  /** v, `[N, ...shape]`. */
  readonly slope: Tensor
  /** tr ∂v/∂x, or its estimate, `[N]`. */
  readonly divergence: Tensor
  /** |εᵀ ∂v/∂x|², whose expectation is the sum of the squares of all elements of ∂v/∂x; exactly that sum, `[N]`. */
  readonly jacobian: Tensor
}

/**
 * v with its divergence.
 *
 * @param probe ε, `[N, ...shape]`; left out, everything is exact
 */
export function fieldAt(field: FieldGraph, x: Tensor, t: Tensor, probe?: Tensor): FieldAt {
  const [batch, ...shape] = x.shape as [number, ...number[]]
  const size = sizeOf(shape)
  const copies = probe ? 1 : size
  const all = concat(
    Array.from({ length: copies }, () => x),
    0,
  )
  const slope = field(all, t)
  const probes = probe ?? unitProbes(batch, shape, x.dtype)
  const [pulled] = gradients(slope, [all], probes)
  const overItems = (values: Tensor): Tensor => sum(sum(reshape(values, [copies, batch, size]), 2), 0)
  return {
    slope: slice(slope, 0, 0, batch),
    divergence: overItems(mul(pulled!, probes)),
    jacobian: overItems(square(pulled!)),
  }
}

/** The i-th unit vector for every item of the i-th copy of a batch. */
function unitProbes(batch: number, shape: readonly number[], dtype: DType): Tensor {
  const size = sizeOf(shape)
  const identity = Array.from({ length: size * size }, (_, at) => Number(at % (size + 1) === 0))
  return reshape(broadcastTo(constant(identity, [size, 1, size], dtype), [size, batch, size]), [size * batch, ...shape])
}
