/** Graphs in which some nodes become others. */
import { node } from '../tensor.ts'
import type { Tensor } from '../tensor.ts'
import { topological } from '../traverse.ts'

/** What nodes became. */
export interface Replacements {
  /** What stands for a node now, to build others from: its inputs, and all before it, are done when a node's turn comes. */
  now(tensor: Tensor): Tensor
  /** The graph anew, inputs before users, where `better` may give another node of the same value. */
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
