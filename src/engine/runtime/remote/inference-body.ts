/**
 * Bodies of the Open Inference Protocol (v2, REST): named tensors as JSON, or, by the extension for binary tensors, as raw bytes behind
 * the JSON.
 *
 * A binary tensor has no `data` in the JSON, and its size as the parameter `binary_data_size`; the bytes of all such tensors follow the
 * JSON in their order, row-major and little-endian. How long the JSON is says the header `Inference-Header-Content-Length`.
 */
import { TweedieError } from '../../../errors.ts'
import { sizeOf } from '../../graph/shape.ts'
import { tensorArrays, type TensorData, type Tensors, type TensorType, type TypedArray } from '../session.ts'
import { arrayOf, datatypes, rawBytes, typeNamed, widthOf } from './datatypes.ts'
import { joinBytes } from '../../../join-bytes.ts'

/** The header that says how many bytes of a body are JSON. */
export const lengthHeader = 'inference-header-content-length'

/** A tensor as the JSON of a body has it. */
export interface BodyTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly datatype: string
  readonly parameters?: Readonly<Record<string, unknown>> | undefined
  /** Row-major; nested or flat. */
  readonly data?: unknown
}

/** A body: bytes, and how many of them are JSON where others follow. */
export interface Body {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Left out: all of it is JSON. */
  readonly jsonLength?: number | undefined
}

/**
 * Writes tensors into a body.
 *
 * @param key under which they lie: `inputs` of a request, `outputs` of an answer
 * @param isBinary which tensors go as raw bytes
 * @throws TweedieError `data` for a number that is not finite, or a half, where JSON is asked for: it has neither
 */
export function encodeBody(
  rest: Readonly<Record<string, unknown>>,
  key: 'inputs' | 'outputs',
  tensors: Tensors,
  isBinary: (name: string) => boolean,
): Body {
  const parts: Uint8Array[] = []
  const described = Object.entries(tensors).map(([name, { dtype, shape, data }]): BodyTensor => {
    const tensor = { name, shape, datatype: datatypes[dtype] }
    if (!isBinary(name)) return { ...tensor, data: numbersOf(name, dtype, data) }
    parts.push(rawBytes(data))
    return { ...tensor, parameters: { binary_data_size: data.byteLength } }
  })
  const json = new TextEncoder().encode(JSON.stringify({ ...rest, [key]: described }))
  if (parts.length === 0) return { bytes: json }
  return { bytes: joinBytes([json, ...parts]), jsonLength: json.length }
}

/** The JSON of a body, and the bytes behind it. @throws TweedieError `data` for what is no JSON object, or shorter than said */
export function splitBody({ bytes, jsonLength = bytes.length }: Body): {
  readonly json: Readonly<Record<string, unknown>>
  readonly rest: Uint8Array
} {
  if (!(Number.isSafeInteger(jsonLength) && jsonLength >= 0 && jsonLength <= bytes.length)) {
    throw wrong(`the body has ${bytes.length} bytes, and its header says that ${jsonLength} of them are JSON`)
  }
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, jsonLength)))
  } catch (cause) {
    throw new TweedieError('data', 'the body is no JSON', {
      hint: 'raw tensors behind it need the header Inference-Header-Content-Length',
      cause,
    })
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw wrong('the body is no JSON object')
  return { json: json as Readonly<Record<string, unknown>>, rest: bytes.subarray(jsonLength) }
}

/**
 * Reads the tensors of a body.
 *
 * @param described as the JSON has them
 * @param rest the bytes behind the JSON
 * @throws TweedieError `data` for what is no tensor, data that do not fill their shape, or bytes that are missing or left over
 */
export function tensorsIn(described: unknown, rest: Uint8Array): Record<string, TensorData> {
  if (!Array.isArray(described)) throw wrong('the tensors of the body are no list')
  const tensors = new Map<string, TensorData>()
  let at = 0
  for (const each of described as readonly unknown[]) {
    const { name, shape, dtype, tensor } = headOf(each)
    if (tensors.has(name)) throw wrong(`there are two tensors ${name}`)
    const size = binarySize(tensor, name)
    if (size === undefined) {
      tensors.set(name, { dtype, shape, data: readNumbers(tensor.data, name, dtype, shape) })
      continue
    }
    if (size !== sizeOf(shape) * widthOf(dtype)) {
      throw wrong(`${name}: ${size} bytes do not fill [${shape.join(', ')}] of ${datatypes[dtype]}`)
    }
    if (tensor.data !== undefined) throw wrong(`${name}: it has both \`data\` and \`binary_data_size\``)
    if (at + size > rest.length) throw wrong(`${name}: the body ends before its ${size} bytes`)
    tensors.set(name, { dtype, shape, data: arrayOf(dtype, rest.subarray(at, at + size)) })
    at += size
  }
  if (at !== rest.length) throw wrong(`${rest.length - at} bytes behind the tensors belong to none`)
  return Object.fromEntries(tensors)
}

function headOf(each: unknown) {
  const tensor = Object(each) as Partial<BodyTensor>
  const { name, shape, datatype } = tensor
  if (typeof name !== 'string' || name === '') throw wrong('a tensor has no `name`')
  if (!Array.isArray(shape) || shape.length > 16 || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw wrong(`${name}: \`shape\` is no list of whole numbers`)
  }
  if (!Number.isSafeInteger(sizeOf(shape))) throw wrong(`${name}: [${shape.join(', ')}] is too large`)
  const dtype = typeof datatype === 'string' ? typeNamed(datatype) : undefined
  if (dtype === undefined) {
    throw new TweedieError('data', `${name}: there is no \`datatype\` ${JSON.stringify(datatype ?? null)} here`, {
      hint: `there are ${Object.values(datatypes).join(', ')}`,
    })
  }
  return { name, shape: shape as readonly number[], dtype, tensor }
}

function binarySize({ parameters }: Partial<BodyTensor>, name: string): number | undefined {
  const size: unknown = (Object(parameters) as Record<string, unknown>)['binary_data_size']
  if (size === undefined) return undefined
  if (Number.isSafeInteger(size) && (size as number) >= 0) return size as number
  throw wrong(`${name}: \`binary_data_size\` is no whole number`)
}

function numbersOf(name: string, dtype: TensorType, data: TypedArray): readonly (number | boolean)[] {
  if (dtype === 'float16' || dtype === 'bfloat16') {
    throw wrong(`${name}: ${datatypes[dtype]} has no form in JSON, only as raw bytes`)
  }
  if (dtype === 'bool') return Array.from(data as Uint8Array, Boolean)
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number)
  if (numbers.every(Number.isFinite)) return numbers
  throw wrong(`${name}: a number is not finite, which JSON cannot say: ask for raw bytes`)
}

/** Row-major numbers, nested in any way. */
function readNumbers(data: unknown, name: string, dtype: TensorType, shape: readonly number[]): TypedArray {
  if (dtype === 'float16' || dtype === 'bfloat16') {
    throw wrong(`${name}: ${datatypes[dtype]} has no form in JSON, only as raw bytes`)
  }
  if (!Array.isArray(data)) throw wrong(`${name}: it has neither \`data\` nor \`binary_data_size\``)
  const size = sizeOf(shape)
  const flat = data.some(Array.isArray) ? (data as unknown[]).flat(16) : (data as readonly unknown[])
  if (flat.length !== size) throw wrong(`${name}: ${flat.length} numbers do not fill [${shape.join(', ')}]`)
  const isWhole = dtype !== 'float32' && dtype !== 'float64'
  const array = new tensorArrays[dtype](size)
  const [low, high] = limits[dtype] ?? [-Number.MAX_VALUE, Number.MAX_VALUE]
  for (let i = 0; i < size; i++) {
    const value = dtype === 'bool' ? Number(flat[i] === true || flat[i] === 1) : flat[i]
    const fits = typeof value === 'number' && value >= low && value <= high && (!isWhole || Number.isInteger(value))
    const isFlag = dtype !== 'bool' || typeof flat[i] === 'boolean' || flat[i] === 0 || flat[i] === 1
    if (!fits || !isFlag) throw wrong(`${name}: ${JSON.stringify(flat[i] ?? null)} is no ${datatypes[dtype]}`)
    if (array instanceof BigInt64Array) array[i] = BigInt(value)
    else array[i] = value
  }
  return array
}

const limits: Readonly<Partial<Record<TensorType, readonly [number, number]>>> = {
  uint8: [0, 255],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  float32: [-3.402_823_466_385_288_6e38, 3.402_823_466_385_288_6e38],
}

const wrong = (message: string): TweedieError => new TweedieError('data', message)
