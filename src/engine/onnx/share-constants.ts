/** Equal constants of an ONNX model stored once: equal layers each bring their own copy of the same tables. */
import type { ModelProto, TensorProto } from './proto/model.ts'

/** Constants of fewer bytes are left alone. */
const leastBytes = 1024

/**
 * The model with large equal constants stored under the name of the first.
 *
 * @param kept names that must stay as they are: weights
 */
export function shareConstants(model: ModelProto, kept: ReadonlyMap<string, unknown>): ModelProto {
  const { graph } = model
  const alike = new Map<string, TensorProto[]>()
  const renamed = new Map<string, string>()
  for (const tensor of graph.initializers) {
    if (kept.has(tensor.name) || tensor.bytes.length < leastBytes) continue
    const key = `${tensor.dtype} ${tensor.shape.join()}`
    const others = alike.get(key) ?? []
    const same = others.find(({ bytes }) => bytes.every((byte, i) => byte === tensor.bytes[i]))
    if (same) renamed.set(tensor.name, same.name)
    else alike.set(key, [...others, tensor])
  }
  const nodes = graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((name) => renamed.get(name) ?? name) }))
  return {
    ...model,
    graph: { ...graph, nodes, initializers: graph.initializers.filter(({ name }) => !renamed.has(name)) },
  }
}
