/**
 * Checks options and tensors against what a graph declares, so that a mistake is reported before any native code runs.
 */
import { TweedieError } from '../../errors.ts'
import type { ValueInfo } from '../onnx/proto/model.ts'
import type { Signature } from '../onnx/proto/signature.ts'
import { tensorArrays } from './session.ts'
import type { SessionOptions, TensorData, Tensors } from './session.ts'

/**
 * Free dimensions must agree between all tensors that name them.
 *
 * @param mayReadNothing whether no output at all may be asked for
 * @throws TweedieError `shape` naming the tensor that does not fit
 */
export function checkTensors(
  signature: Signature,
  inputs: Tensors,
  outputs: Tensors,
  { mayReadNothing = false } = {},
): void {
  const free = new Map<string, number>()
  for (const name of signature.inputs.keys()) {
    if (!inputs[name]) throw new TweedieError('shape', `input '${name}' is missing`)
  }
  if (!mayReadNothing && Object.keys(outputs).length === 0) {
    throw new TweedieError('shape', `no outputs are requested; the graph has ${list(signature.outputs)}`)
  }
  checkSide('input', signature.inputs, inputs, free)
  checkSide('output', signature.outputs, outputs, free)
}

/** @throws TweedieError `usage` for options that no engine can follow */
export function checkOptions({ threads, spinning }: SessionOptions): void {
  if (spinning !== undefined && !(Number.isInteger(spinning) && spinning >= 0 && spinning <= 1e6)) {
    throw new TweedieError('usage', `spinning is ${spinning}; it is a whole number of microseconds from 0 to 1000000`)
  }
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 1024)) {
    throw new TweedieError('usage', `threads is ${threads}; it is a whole number from 1 to 1024`)
  }
}

function checkSide(
  side: 'input' | 'output',
  declared: ReadonlyMap<string, ValueInfo>,
  tensors: Tensors,
  free: Map<string, number>,
): void {
  for (const [name, tensor] of Object.entries(tensors)) {
    const info = declared.get(name)
    if (!info) throw new TweedieError('shape', `the graph has no ${side} '${name}'; its ${side}s are ${list(declared)}`)
    if (tensor.dtype !== info.dtype) {
      throw new TweedieError('shape', `${side} '${name}' is ${tensor.dtype}; the graph has ${info.dtype}`)
    }
    if (info.shape && !fits(tensor.shape, info.shape, free)) {
      const got = tensor.shape.join(', ')
      const wanted = info.shape.map((size) =>
        free.has(String(size)) ? `${size} = ${free.get(String(size))}` : size || '?',
      )
      throw new TweedieError('shape', `${side} '${name}' has shape [${got}]; the graph has [${wanted.join(', ')}]`)
    }
    checkData(`${side} '${name}'`, tensor)
  }
}

function fits(got: readonly number[], wanted: readonly (number | string)[], free: Map<string, number>): boolean {
  if (got.length !== wanted.length) return false
  return wanted.every((size, axis) => {
    if (size === '') return true
    const expected = typeof size === 'number' ? size : (free.get(size) ?? got[axis]!)
    if (typeof size === 'string') free.set(size, expected)
    return expected === got[axis]
  })
}

function checkData(what: string, { dtype, shape, data }: TensorData): void {
  const expected = tensorArrays[dtype]
  if (!(data instanceof expected)) {
    throw new TweedieError('shape', `${what} is ${dtype}, which takes a ${expected.name}`)
  }
  const length = shape.reduce((product, size) => product * size, 1)
  if (data.length !== length || shape.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    throw new TweedieError(
      'shape',
      `${what} has ${data.length} elements; its shape [${shape.join(', ')}] takes ${length}`,
    )
  }
}

function list(values: ReadonlyMap<string, unknown>): string {
  return [...values.keys()].join(', ') || 'none'
}
