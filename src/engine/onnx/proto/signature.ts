/** The inputs and outputs of a model, read without decoding nodes and constants, or written without any. */
import { decodeValueInfo } from './decode.ts'
import { encodeModel } from './encode.ts'
import type { ValueInfo } from './model.ts'
import { asBytes, asString, broken, readFields } from './wire.ts'

export interface Signature {
  readonly inputs: ReadonlyMap<string, ValueInfo>
  readonly outputs: ReadonlyMap<string, ValueInfo>
}

/**
 * The inputs that must be fed and the outputs of a model.
 *
 * @throws TweedieError `model` where the bytes are not an ONNX model
 */
export function decodeSignature(model: Uint8Array): Signature {
  const graph = [...readFields(model)].findLast((field) => field.id === 7)
  if (!graph) throw broken('it has no graph')
  const inputs = new Map<string, ValueInfo>()
  const outputs = new Map<string, ValueInfo>()
  const constants: string[] = []
  const nodes = 1
  for (const field of readFields(asBytes(graph), nodes)) {
    if (field.id === 5) constants.push(tensorName(asBytes(field)))
    else if (field.id === 11) add(inputs, decodeValueInfo(asBytes(field)))
    else if (field.id === 12) add(outputs, decodeValueInfo(asBytes(field)))
  }
  // Old writers list constants as inputs too; those need not be fed.
  for (const name of constants) inputs.delete(name)
  return { inputs, outputs }
}

/** The bytes of a model that declares inputs and outputs and has no nodes. */
export function encodeSignature({ inputs, outputs }: Signature): Uint8Array {
  const graph = {
    name: 'signature',
    nodes: [],
    initializers: [],
    inputs: [...inputs.values()],
    outputs: [...outputs.values()],
  }
  return encodeModel({ irVersion: 10, opsets: { '': 21 }, graph })
}

function add(values: Map<string, ValueInfo>, value: ValueInfo): void {
  values.set(value.name, value)
}

function tensorName(message: Uint8Array): string {
  for (const field of readFields(message)) if (field.id === 8) return asString(field)
  return ''
}
