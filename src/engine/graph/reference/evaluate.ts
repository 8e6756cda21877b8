/** The reference evaluator: the truth that compiled programs, gradients and rewrites are tested against. */
import { TweedieError } from '../../../errors.ts'
import { mapTuple } from '../map-tuple.ts'
import type { MappedTuple } from '../map-tuple.ts'
import type { OpName } from '../ops.ts'
import { sameShape, showShape, sizeOf } from '../shape.ts'
import type { Tensor, TensorOf } from '../tensor.ts'
import { topological } from '../traverse.ts'
import { referenceRules } from './rules.ts'
import { storage } from './value.ts'
import type { ReferenceRule, Value } from './value.ts'

export type { Value } from './value.ts'

/** The value of an input: its elements in row-major order, or an object that holds them. */
export type Feed = ArrayLike<number> | { readonly data: ArrayLike<number> }

/**
 * The values of `outputs`, computed without a runtime, one operator after the other. Real numbers are computed in double
 * precision throughout, **also those of float32 nodes**: what a runtime gives in single precision should round to it.
 *
 * @param feeds elements of every input that the outputs depend on, by name
 * @example
 * const x = input('x', [2])
 * evaluate([exp(x)], { x: [0, 1] }) // [{ shape: [2], data: Float64Array [1, 2.718281828459045] }]
 */
export function evaluate<const Outputs extends readonly Tensor[]>(
  outputs: Outputs,
  feeds: Readonly<Record<string, Feed>> = {},
): MappedTuple<Outputs, Value> {
  const values = new Map<Tensor, Value>()
  for (const tensor of topological(outputs)) {
    const inputs = tensor.inputs.map((each) => values.get(each)!)
    const value = tensor.op === 'input' ? fed(tensor, feeds) : evaluateNode(tensor, inputs)
    values.set(tensor, value)
  }
  return mapTuple(outputs, (output) => values.get(output)!)
}

/** The value of one node, given those of its inputs. */
export function evaluateNode(tensor: Exclude<Tensor, TensorOf<'input'>>, inputs: readonly Value[]): Value {
  const rule = referenceRules[tensor.op] as ReferenceRule<OpName>
  const value = rule(tensor.attributes, ...inputs)
  if (!sameShape(value.shape, tensor.shape)) {
    throw new TweedieError(
      'internal',
      `${tensor.op}: the reference gives shape ${showShape(value.shape)}, the shape rule ${showShape(tensor.shape)}`,
    )
  }
  return value
}

function fed({ attributes: { name, shape, dtype } }: TensorOf<'input'>, feeds: Readonly<Record<string, Feed>>): Value {
  const feed = feeds[name]
  if (feed === undefined) {
    throw new TweedieError('usage', `evaluate: the input ${name} has no value`, {
      hint: `feeds: ${Object.keys(feeds).join(', ') || 'none'}`,
    })
  }
  const elements = 'data' in feed ? feed.data : feed
  if (elements.length !== sizeOf(shape)) {
    throw new TweedieError('shape', `evaluate: ${elements.length} elements do not fill ${name}, ${showShape(shape)}`)
  }
  const data = storage(dtype, elements.length)
  data.set(elements)
  return { shape, data }
}
