/** The fingerprint of a graph: parts that can be hashed, to compare graphs without walking them. */
import { showAttributes } from './attributes.ts'
import type { HostArray } from './dtype.ts'
import type { Tensor } from './tensor.ts'
import { topological } from './traverse.ts'

/**
 * A graph in parts that can be hashed: operators, attributes, constants with their elements, edges, and the names of
 * inputs and outputs. Two graphs with equal parts are equal in everything that passes and lowering use, the order of
 * operands and shared constant arrays included.
 */
export function fingerprint(outputs: Readonly<Record<string, Tensor>>): (string | Uint8Array)[] {
  const numbers = new Map<Tensor | HostArray, number>()
  const arrays: Uint8Array[] = []
  const lines: string[] = []
  for (const tensor of topological(Object.values(outputs))) {
    numbers.set(tensor, numbers.size)
    const { op, dtype, inputs } = tensor
    if (tensor.op === 'constant') {
      const { shape, data } = tensor.attributes
      let number = numbers.get(data)
      if (number === undefined) {
        number = numbers.size
        numbers.set(data, number)
        arrays.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      }
      lines.push(`${op} ${dtype} ${shape.join()} ${number}`)
    } else {
      lines.push(`${op} ${inputs.map((each) => numbers.get(each)).join()} ${showAttributes(tensor.attributes)}`)
    }
  }
  for (const [name, tensor] of Object.entries(outputs)) lines.push(`${JSON.stringify(name)} ${numbers.get(tensor)}`)
  lines.push(`${arrays.map(({ length }) => length).join()}\n`)
  return [lines.join('\n'), ...arrays]
}
