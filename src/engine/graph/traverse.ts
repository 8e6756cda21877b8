/** Walks over expression graphs. */
import type { Tensor } from './tensor.ts'

/** Every node that `outputs` depend on, inputs before users, each once. Does not recurse: graphs are deep. */
export function topological(outputs: readonly Tensor[]): Tensor[] {
  const order: Tensor[] = []
  const seen = new Set<Tensor>()
  const stack: { tensor: Tensor; next: number }[] = []
  for (const output of outputs) {
    if (seen.has(output)) continue
    seen.add(output)
    stack.push({ tensor: output, next: 0 })
    while (stack.length > 0) {
      const top = stack.at(-1)!
      const child = top.tensor.inputs[top.next++]
      if (child === undefined) {
        order.push(top.tensor)
        stack.pop()
      } else if (!seen.has(child)) {
        seen.add(child)
        stack.push({ tensor: child, next: 0 })
      }
    }
  }
  return order
}

/** How often each node is used: as an input of others, or as an output. */
export function usesOf(outputs: readonly Tensor[]): ReadonlyMap<Tensor, number> {
  const uses = new Map<Tensor, number>()
  const use = (tensor: Tensor): void => void uses.set(tensor, (uses.get(tensor) ?? 0) + 1)
  for (const { inputs } of topological(outputs)) inputs.forEach(use)
  outputs.forEach(use)
  return uses
}

/** The inputs (fed values) that `outputs` depend on, by name. */
export function inputsOf(outputs: readonly Tensor[]): Map<string, Tensor> {
  const found = new Map<string, Tensor>()
  for (const tensor of topological(outputs)) {
    if (tensor.op === 'input') found.set(tensor.attributes.name, tensor)
  }
  return found
}
