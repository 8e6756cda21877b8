/** An ONNX file of any origin: what goes in and out of it. */
import { TweedieError } from '../../errors.ts'
import {
  call,
  type ExternalData,
  graphFile,
  type GraphFile,
  type Shape,
  type Tensor,
} from '../../engine/graph/index.ts'
import { externalFiles } from '../../engine/onnx/external.ts'
import { decodeModel } from '../../engine/onnx/proto/decode.ts'
import { valuesOf } from '../../engine/runtime/portions.ts'
import type { ValueInfo } from '../../engine/onnx/proto/model.ts'

/** The file, ready to be called from graphs. */
export interface OnnxFile {
  readonly file: GraphFile
  /** What must be fed, by name. */
  readonly inputs: ReadonlyMap<string, ValueInfo>
  readonly outputs: ReadonlyMap<string, ValueInfo>
  /** Text stored in it. */
  readonly metadata: Readonly<Record<string, string>>
}

/** What to call it, and where its weights are if they are not inside. */
export interface OnnxFileOptions {
  /** Its name in errors; default `the ONNX file`. */
  readonly name?: string | undefined
  /** The folder in which the files of its weights are, in Node; or their contents by name. */
  readonly external?: ExternalData | undefined
}

/**
 * Reads a file. Its operators are looked at by the engine that runs it, and its weights stay as they are.
 *
 * @throws TweedieError `model` for bytes that are no ONNX file, or one with functions or sparse tensors of its own
 * @example
 * const file = onnxFile(await readFile('unet/model.onnx'), { name: 'unet/model.onnx', external: { folder: 'unet' } })
 */
export function onnxFile(bytes: Uint8Array, { name = 'the ONNX file', external }: OnnxFileOptions = {}): OnnxFile {
  return onnxFileOf(graphFile(name, bytes, external))
}

/** The same of a file that a graph may call already. @throws TweedieError `model` as {@link onnxFile} */
export function onnxFileOf(file: GraphFile): OnnxFile {
  const { name, bytes, external } = file
  const model = decoded(bytes, name)
  const { graph, metadata = {} } = model
  const missing = external === undefined ? externalFiles(model) : []
  if (missing.length > 0) {
    throw new TweedieError('model', `${name}: its weights lie in other files: ${missing.join(', ')}`, {
      hint: 'say where: `external: { folder }`, or `external: { files }` with their contents',
    })
  }
  const constants = new Set(graph.initializers.map((each) => each.name))
  const fed = graph.inputs.filter((each) => !constants.has(each.name))
  return Object.freeze({
    file,
    inputs: new Map(fed.map((each) => [each.name, each])),
    outputs: new Map(graph.outputs.map((each) => [each.name, each])),
    metadata,
  })
}

/** The names of files beside it that hold its weights. @throws TweedieError `model` for bytes that are no ONNX file */
export function weightFilesOf(bytes: Uint8Array, name: string): readonly string[] {
  return externalFiles(decoded(bytes, name))
}

/** The first of some names that the file has among its inputs or outputs. */
export function nameIn(infos: ReadonlyMap<string, unknown>, names: readonly string[]): string | undefined {
  return names.find((name) => infos.has(name))
}

/** The sizes of one item of an input or output: without the batch; undefined for those that the file leaves open. */
export function itemSizes({ shape }: ValueInfo): readonly (number | undefined)[] | undefined {
  return shape?.slice(1).map((size) => (typeof size === 'number' ? size : undefined))
}

/** The number of items that an input takes, if the file fixes it. */
export function fixedItems(info: ValueInfo | undefined): number | undefined {
  const [batch] = info?.shape ?? []
  return typeof batch === 'number' ? batch : undefined
}

/**
 * One of its outputs, as an expression.
 *
 * @param like the same as a graph of our own, if it is known: what it computes on the way decides how large a portion of a batch is
 */
export function outputOf(
  { file }: OnnxFile,
  inputs: Readonly<Record<string, Tensor>>,
  name: string,
  shape: Shape,
  like?: readonly Tensor[],
): Tensor {
  return call(file, inputs, { name, shape, values: like && valuesOf(like) })
}

function decoded(bytes: Uint8Array, name: string) {
  try {
    return decodeModel(bytes)
  } catch (cause) {
    if (!(cause instanceof TweedieError)) throw cause
    throw new TweedieError('model', `${name}: ${cause.message}`, { hint: cause.hint, cause })
  }
}
