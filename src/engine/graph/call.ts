/** Graphs of other programs as operators. */
import type { DType } from './dtype.ts'
import type { ExternalData, GraphFile } from './ops.ts'
import type { Shape } from './shape.ts'
import { node } from './tensor.ts'
import type { Tensor } from './tensor.ts'
import { topological } from './traverse.ts'

let files = 0

/**
 * A file that {@link call} can use.
 *
 * @param name what to call it in errors: its path
 * @param external where tensors are that the file has in other files
 */
export function graphFile(name: string, bytes: Uint8Array, external?: ExternalData): GraphFile {
  return Object.freeze({ name, identity: `${name} ${files++}`, bytes, external })
}

/**
 * An output of a file. Whoever calls knows its shape, since files leave sizes open.
 *
 * @param inputs by the names that the file has for them
 * @example
 * const eps = call(file, { sample: x, timestep: t, encoder_hidden_states: words }, { name: 'out_sample', shape: x.shape })
 */
export function call(
  file: GraphFile,
  inputs: Readonly<Record<string, Tensor>>,
  { name, shape, dtype = 'float32' }: { readonly name: string; readonly shape: Shape; readonly dtype?: DType },
): Tensor {
  return node('call', Object.values(inputs), { file, names: Object.keys(inputs), output: name, shape, dtype })
}

/** The files that `outputs` depend on. */
export function filesOf(outputs: readonly Tensor[]): readonly GraphFile[] {
  return [...new Set(topological(outputs).flatMap((each) => (each.op === 'call' ? [each.attributes.file] : [])))]
}
