/** Lowering of sums, maxima, softmax and normalisation. */
import { sizeOf } from '../../graph/shape.ts'
import { attribute } from '../proto/model.ts'
import type { Context } from './context.ts'
import { reshapeTo } from './movement.ts'
import type { LowerRule } from './rule.ts'

/** Sum over axes, which disappear or become 1. */
export const sumOver = (context: Context, x: string, axes: readonly number[], kept = false): string =>
  context.emit('ReduceSum', [x, context.int64(axes)], { keepdims: Number(kept) })

/** One LayerNormalization gives both the normalised tensor and 1/σ; the shared node is emitted once. */
const layerNormalization = (
  context: Context,
  node: { inputs: readonly { shape: readonly number[]; dtype: 'float32' | string }[] },
  x: string,
  epsilon: number,
): readonly string[] => {
  const { shape, dtype } = node.inputs[0]!
  const ones = context.fill(dtype as 'float32', 1, [shape.at(-1)!])
  return context.emitMany('LayerNormalization', [x, ones], 3, {
    axis: shape.length - 1,
    epsilon: attribute.float(epsilon),
  })
}

export const reduceRules: {
  readonly [K in 'sum' | 'reduceMax' | 'softmax' | 'logSoftmax' | 'normalize' | 'inverseStd' | 'sumPool']: LowerRule<K>
} = {
  sum: (context, { attributes }, x) => sumOver(context, x, attributes.axes),
  reduceMax: (context, { attributes }, x) =>
    context.emit('ReduceMax', [x, context.int64(attributes.axes)], { keepdims: 0 }),
  softmax: (context, { attributes }, x) => context.emit('Softmax', [x], { axis: attributes.axis }),
  logSoftmax: (context, { attributes }, x) => context.emit('LogSoftmax', [x], { axis: attributes.axis }),
  normalize: (context, node, x) => layerNormalization(context, node, x, node.attributes.epsilon)[0]!,
  inverseStd: (context, node, x) => layerNormalization(context, node, x, node.attributes.epsilon)[2]!,
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
