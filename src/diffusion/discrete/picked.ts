/** One number of each token's row. */
import { add, constant, gather, input, reshape, type Tensor } from '../../engine/graph/index.ts'

/**
 * Of `x`, `[tokens, K]`, the column that the input `name` holds for each token, `[tokens]`. Where rows begin is of the graph, not of
 * what is fed: a batch may go through the graph in portions.
 */
export function picked(x: Tensor, name: string): Tensor {
  const [tokens, k] = x.shape as [number, number]
  const rows = constant(
    Int32Array.from({ length: tokens }, (_, i) => i * k),
    [tokens],
  )
  return gather(reshape(x, [tokens * k]), add(input(name, [tokens], 'int32'), rows))
}
