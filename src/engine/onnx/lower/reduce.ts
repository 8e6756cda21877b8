/** Lowering of sums, maxima, softmax and normalisation. */
import { sizeOf } from '../../graph/shape.ts'
import type { TensorOf } from '../../graph/tensor.ts'
import { attribute } from '../proto/model.ts'
import type { Context } from './context.ts'
import { reshapeTo } from './movement.ts'
import type { LowerRule } from './rule.ts'

/** Sum over axes, which disappear or become 1. */
export const sumOver = (context: Context, x: string, axes: readonly number[], kept = false): string =>
  context.emit('ReduceSum', [x, context.int64(axes)], { keepdims: Number(kept) })

/**
 * The normalised tensor and 1/σ, by one LayerNormalization. Nodes of equal inputs are emitted once, so both may be asked for.
 * As WebAssembly that operator adds up number by number, in twice the time of these few operators.
 */
function normalized(context: Context, node: Normal, x: string): readonly [normal: string, inverseStd: string] {
  const { shape, dtype } = node.inputs[0]!
  const { epsilon } = node.attributes
  const length = shape.at(-1)!
  if (context.target.provider === 'wasm' && sizeOf(shape.slice(1)) >= leastElements) {
    const last = context.int64([shape.length - 1])
    const centred = context.emit('Sub', [x, context.emit('ReduceMean', [x, last], { keepdims: 1 })])
    const squares = context.emit('ReduceSumSquare', [centred, last], { keepdims: 1 })
    const scalar = (value: number): string => context.fill(dtype, value, [])
    const variance = context.emit('Mul', [squares, scalar(1 / length)])
    const deviation = context.emit('Sqrt', [context.emit('Add', [variance, scalar(epsilon)])])
    const inverse = context.emit('Reciprocal', [deviation])
    return [context.emit('Mul', [centred, inverse]), inverse]
  }
  const [normal, , inverse] = context.emitMany('LayerNormalization', [x, context.fill(dtype, 1, [length])], 3, {
    axis: shape.length - 1,
    epsilon: attribute.float(epsilon),
  })
  return [normal!, inverse!]
}

type Normal = TensorOf<'normalize'> | TensorOf<'inverseStd'>

/** Elements of one item below which more operators cost more than they save; not of a batch, which then changes no rounding. */
const leastElements = 2 ** 10

export const reduceRules: {
  readonly [K in 'sum' | 'reduceMax' | 'softmax' | 'logSoftmax' | 'normalize' | 'inverseStd' | 'sumPool']: LowerRule<K>
} = {
  sum: (context, { attributes }, x) => sumOver(context, x, attributes.axes),
  reduceMax: (context, { attributes }, x) =>
    context.emit('ReduceMax', [x, context.int64(attributes.axes)], { keepdims: 0 }),
  softmax: (context, { attributes }, x) => context.emit('Softmax', [x], { axis: attributes.axis }),
  logSoftmax: (context, { attributes }, x) => context.emit('LogSoftmax', [x], { axis: attributes.axis }),
  normalize: (context, node, x) => normalized(context, node, x)[0],
  inverseStd: (context, node, x) => normalized(context, node, x)[1],
  // [.., h f, w g] → [.., h, f, w, g] → sum over f and g
  sumPool: (context, { shape, attributes: { factors } }, x) => {
    const lead = shape.length - factors.length
    const windows = factors.flatMap((factor, i) => [shape[lead + i]!, factor])
    const leading = sizeOf(shape.slice(0, lead))
    const cut = reshapeTo(context, x, [leading, ...windows])
    return reshapeTo(
      context,
      sumOver(
        context,
        cut,
        factors.map((_, i) => 2 + 2 * i),
      ),
      shape,
    )
  },
}
