/** A graph under other names, so that it can be a part of another one. */
import type { GraphProto } from './proto/model.ts'

/** The graph with all of its values and nodes renamed; names that are left out (`''`) stay so. */
export function renamedGraph(graph: GraphProto, rename: (name: string) => string): GraphProto {
  const name = (each: string): string => (each === '' ? '' : rename(each))
  return {
    name: graph.name,
    nodes: graph.nodes.map((node) => ({
      ...node,
      ...(node.name !== undefined && { name: name(node.name) }),
      inputs: node.inputs.map(name),
      outputs: node.outputs.map(name),
    })),
    initializers: graph.initializers.map((tensor) => ({ ...tensor, name: name(tensor.name) })),
    inputs: graph.inputs.map((info) => ({ ...info, name: name(info.name) })),
    outputs: graph.outputs.map((info) => ({ ...info, name: name(info.name) })),
  }
}
