/** Rebuilds graphs with some nodes replaced by others. */
import { node } from '../tensor.ts'
import type { Tensor } from '../tensor.ts'
import { topological } from '../traverse.ts'

/** The replacements of nodes. */
export interface Replacements {
  /** The replacement of a node, to build others from. Nodes are visited after their inputs. */
  now(tensor: Tensor): Tensor
  /** Rebuilds the graph, inputs before users; `better` may return another node of the same value. */
  over(outputs: readonly Tensor[], better: (tensor: Tensor) => Tensor | undefined): readonly Tensor[]
}

/** No replacements yet. */
export function replacements(): Replacements {
  const done = new Map<Tensor, Tensor>()
  const now = (tensor: Tensor): Tensor => done.get(tensor) ?? tensor
  return {
    now,
    over(outputs, better) {
      for (const tensor of topological(outputs)) {
        const other = better(tensor)
        const stays = tensor.inputs.every((each) => !done.has(each))
        if (other) done.set(tensor, other)
        else if (!stays) done.set(tensor, node(tensor.op, tensor.inputs.map(now), tensor.attributes))
      }
      return outputs.map(now)
    },
  }
}
