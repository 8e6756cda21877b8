/** An exported network in the layout of Triton's model repository: `NAME/config.pbtxt` beside `NAME/1/model.onnx`. */
import type { DataType, ValueInfo } from '../../engine/onnx/proto/model.ts'
import { decodeSignature } from '../../engine/onnx/proto/signature.ts'
import { TweedieError } from '../../errors.ts'

/** Triton's name of each element type. */
const types: Readonly<Partial<Record<DataType, string>>> = {
  bool: 'TYPE_BOOL',
  uint8: 'TYPE_UINT8',
  int32: 'TYPE_INT32',
  int64: 'TYPE_INT64',
  float16: 'TYPE_FP16',
  bfloat16: 'TYPE_BF16',
  float32: 'TYPE_FP32',
  float64: 'TYPE_FP64',
}

/** How Triton serves it. */
export interface TritonOptions {
  /** Of the model, and of its folder. */
  readonly name: string
  /** The most items in one batch, of several requests; default 64. */
  readonly maxBatch?: number | undefined
}

/**
 * The text of `config.pbtxt` for the bytes of an `.onnx` file. With a free batch, Triton puts requests together; an input with nothing but the
 * batch (`t`, `labels`) is `[batch, 1]` on the way, as Triton wants it, and reshaped for the file.
 *
 * Reference: https://github.com/triton-inference-server/server, docs/user_guide/model_configuration.md
 *
 * @throws TweedieError `usage` for a name that is no folder's, `model` for a file whose types Triton lacks
 * @example
 * tritonConfig(await readFile('model.onnx'), { name: 'digits' })
 */
export function tritonConfig(onnx: Uint8Array, { name, maxBatch = 64 }: TritonOptions): string {
  if (!/^[\w-][\w.-]*$/.test(name)) {
    throw new TweedieError('usage', `${name}: a model of Triton is named with letters, digits, '.', '-' and '_'`)
  }
  const { inputs, outputs } = decodeSignature(onnx)
  const all = [...inputs.values(), ...outputs.values()]
  const isFree = all.every(({ shape }) => typeof shape?.[0] === 'string')
  const list = (side: string, values: Iterable<ValueInfo>): string[] => [
    `${side} [`,
    Array.from(values, (info) => tensor(info, isFree)).join(',\n'),
    ']',
  ]
  return [
    `name: ${JSON.stringify(name)}`,
    'backend: "onnxruntime"',
    `max_batch_size: ${isFree ? maxBatch : 0}`,
    ...list('input', inputs.values()),
    ...list('output', outputs.values()),
    ...(isFree ? ['dynamic_batching { }'] : []),
    '',
  ].join('\n')
}

function tensor({ name, dtype, shape = [] }: ValueInfo, isFree: boolean): string {
  const type = types[dtype]
  if (type === undefined) throw new TweedieError('model', `${name} is ${dtype}, which Triton has not`)
  const sizes = shape.map((size) => (typeof size === 'number' ? size : -1))
  const item = isFree ? sizes.slice(1) : sizes
  const dims = item.length === 0 ? '[ 1 ]\n    reshape: { shape: [ ] }' : `[ ${item.join(', ')} ]`
  return `  {\n    name: ${JSON.stringify(name)}\n    data_type: ${type}\n    dims: ${dims}\n  }`
}
