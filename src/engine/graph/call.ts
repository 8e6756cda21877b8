/** Graphs of other programs as operators. */
import type { DType } from './dtype.ts'
import type { ExternalData, GraphFile } from './ops.ts'
import { type Shape, sizeOf } from './shape.ts'
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

/** How many values a file computes for each that it is given, if nobody knows: as many as a large U-Net of images. */
const usualValues = 2 ** 14

/** What an output is. */
export interface CallOutput {
  readonly name: string
  readonly shape: Shape
  /** Default float32. */
  readonly dtype?: DType | undefined
  /** How many values the file computes on the way, as far as that is known: large batches go through it in portions. */
  readonly values?: number | undefined
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
  { name, shape, dtype = 'float32', values }: CallOutput,
): Tensor {
  const given = Object.values(inputs)
  const most = Math.max(0, ...given.map((each) => sizeOf(each.shape)))
  return node('call', given, {
    file,
    names: Object.keys(inputs),
    output: name,
    shape,
    dtype,
    values: values ?? usualValues * most,
  })
}

/** The files that `outputs` depend on. */
export function filesOf(outputs: readonly Tensor[]): readonly GraphFile[] {
  return [...new Set(topological(outputs).flatMap((each) => (each.op === 'call' ? [each.attributes.file] : [])))]
}
