/** A graph under other names, so that it can be a part of another one. */
import type { AttributeValue, GraphProto, NodeProto } from './proto/model.ts'

/**
 * The graph with all of its values and nodes renamed, and those of graphs within it; names that are left out (`''`) stay so.
 */
export function renamedGraph(graph: GraphProto, rename: (name: string) => string): GraphProto {
  const name = (each: string): string => (each === '' ? '' : rename(each))
  return {
    name: graph.name,
    nodes: graph.nodes.map((node) => ({
      ...node,
      ...(node.name !== undefined && { name: name(node.name) }),
      ...(node.attributes && { attributes: renamedAttributes(node.attributes, rename) }),
      inputs: node.inputs.map(name),
      outputs: node.outputs.map(name),
    })),
    initializers: graph.initializers.map((tensor) => ({ ...tensor, name: name(tensor.name) })),
    inputs: graph.inputs.map((info) => ({ ...info, name: name(info.name) })),
    outputs: graph.outputs.map((info) => ({ ...info, name: name(info.name) })),
  }
}

function renamedAttributes(
  attributes: Readonly<Record<string, AttributeValue>>,
  rename: (name: string) => string,
): Readonly<Record<string, AttributeValue>> {
  if (!Object.values(attributes).some(({ kind }) => kind === 'graph')) return attributes
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      value.kind === 'graph' ? { ...value, value: renamedGraph(value.value, rename) } : value,
    ]),
  )
}

/** The names of values that a node reads, also those that graphs within it read: names of these graphs' own among them. */
export function readsOf({ inputs, attributes = {} }: NodeProto): string[] {
  const within = Object.values(attributes).flatMap((value) => (value.kind === 'graph' ? [value.value] : []))
  return [
    ...inputs,
    ...within.flatMap(({ nodes, outputs }) => [...nodes.flatMap(readsOf), ...outputs.map(({ name }) => name)]),
  ]
}
