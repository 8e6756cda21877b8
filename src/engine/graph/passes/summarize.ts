/** A graph in numbers. */
import type { OpName } from '../ops.ts'
import { sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { topological } from '../traverse.ts'
import { flopsOf } from './flops.ts'

/** A graph in numbers. */
export interface GraphSummary {
  /** All nodes, inputs and constants included. */
  readonly nodes: number
  /** Nodes of every operator that occurs, the most frequent first. */
  readonly operators: Readonly<Partial<Record<OpName, number>>>
  /** Floating-point operations of matrix products and convolutions. */
  readonly flops: number
  /** Elements of all fed inputs. */
  readonly inputElements: number
  /** Elements of all constants. */
  readonly constantElements: number
}

/**
 * Counts the nodes that `outputs` depend on.
 *
 * @example
 * summarize(simplify([loss])).flops / 1e9 // GFLOP
 */
export function summarize(outputs: readonly Tensor[]): GraphSummary {
  const nodes = topological(outputs)
  const counts = new Map<OpName, number>()
  for (const { op } of nodes) counts.set(op, (counts.get(op) ?? 0) + 1)
  const total = (amount: (tensor: Tensor) => number): number => nodes.reduce((sum, each) => sum + amount(each), 0)
  return {
    nodes: nodes.length,
    operators: Object.fromEntries([...counts].sort(([, a], [, b]) => b - a)),
    flops: total(flopsOf),
    inputElements: total(({ op, shape }) => (op === 'input' ? sizeOf(shape) : 0)),
    constantElements: total(({ op, shape }) => (op === 'constant' ? sizeOf(shape) : 0)),
  }
}
