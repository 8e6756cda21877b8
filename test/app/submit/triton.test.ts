/** The configuration beside a file of Triton's model repository, read back by a small parser of its format. */
import { expect, test } from 'vitest'
import { tritonConfig } from '../../../src/app/submit/triton.ts'
import { encodeSignature } from '../../../src/engine/onnx/proto/signature.ts'
import type { ValueInfo } from '../../../src/engine/onnx/proto/model.ts'

/** The text format of protocol buffers, as far as it is used here: `name: value`, `name { }`, `name: { }`, `name [ , ]`. */
function parse(text: string): Record<string, unknown> {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[\w.-]+|[[\]{}:,]/g) ?? []
  let at = 0
  const value = (): unknown => {
    const token = tokens[at++]!
    if (token === '{') return message('}')
    if (token === '[') {
      const list: unknown[] = []
      while (tokens[at] !== ']') {
        list.push(value())
        if (tokens[at] === ',') at++
      }
      at++
      return list
    }
    if (token.startsWith('"')) return JSON.parse(token) as string
    return /^-?\d+$/.test(token) ? Number(token) : token
  }
  const message = (end?: string): Record<string, unknown> => {
    const fields: Record<string, unknown> = {}
    while (tokens[at] !== end) {
      const name = tokens[at++]!
      if (tokens[at] === ':') at++
      fields[name] = value()
    }
    at++
    return fields
  }
  return message()
}

const file = (batch: string | number): Uint8Array => {
  const info = (name: string, dtype: ValueInfo['dtype'], shape: number[]): [string, ValueInfo] => [
    name,
    { name, dtype, shape: [batch, ...shape] },
  ]
  const inputs = new Map([info('x', 'float32', [4, 14, 14]), info('t', 'float32', []), info('labels', 'int32', [])])
  return encodeSignature({ inputs, outputs: new Map([info('output', 'float32', [4, 14, 14])]) })
}

test("a free batch is Triton's, which puts requests together", () => {
  expect(parse(tritonConfig(file('batch'), { name: 'digits', maxBatch: 32 }))).toEqual({
    name: 'digits',
    backend: 'onnxruntime',
    max_batch_size: 32,
    input: [
      { name: 'x', data_type: 'TYPE_FP32', dims: [4, 14, 14] },
      { name: 't', data_type: 'TYPE_FP32', dims: [1], reshape: { shape: [] } },
      { name: 'labels', data_type: 'TYPE_INT32', dims: [1], reshape: { shape: [] } },
    ],
    output: [{ name: 'output', data_type: 'TYPE_FP32', dims: [4, 14, 14] }],
    dynamic_batching: {},
  })
})

test('a fixed batch is an axis like others', () => {
  const { max_batch_size: most, input, dynamic_batching: dynamic } = parse(tritonConfig(file(8), { name: 'digits' }))
  expect([most, dynamic]).toEqual([0, undefined])
  expect((input as { dims: number[] }[]).map(({ dims }) => dims)).toEqual([[8, 4, 14, 14], [8], [8]])
})

test('a name that is no folder is refused', () => {
  expect(() => tritonConfig(file('batch'), { name: '../x' })).toThrow('is named with letters')
})
