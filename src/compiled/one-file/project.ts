/** A mean brought back to the range of the data, as nodes of ONNX. */
import type { Clip } from '../../diffusion/sample/scheduler/parts.ts'
import { sizeOf } from '../../engine/graph/shape.ts'
import type { Context } from '../../engine/onnx/lower/context.ts'

/** The projected mean, `[batch, ...shape]`: what `project` of the samplers makes of it. */
export function projectedMean(context: Context, mean: string, clip: Clip | null, shape: readonly number[]): string {
  const scalar = (value: number): string => context.fill('float32', value, [])
  if (clip === null) return mean
  if (clip.kind === 'range') return context.emit('Clip', [mean, scalar(clip.range[0]), scalar(clip.range[1])])
  const size = sizeOf(shape)
  const position = clip.ratio * (size - 1)
  const low = Math.floor(position)
  const high = Math.min(low + 1, size - 1)
  const items = context.emit('Reshape', [context.emit('Abs', [mean]), context.int64([-1, size])])
  // the greatest values, falling: that at place p of the rising ones is at size − 1 − p
  const [largest] = context.emitMany('TopK', [items, context.int64([size - low])], 2, { axis: -1 })
  const at = (place: number): string =>
    context.emit('Gather', [largest!, context.int64([size - 1 - place])], { axis: 1 })
  const between = context.emit('Mul', [context.emit('Sub', [at(high), at(low)]), scalar(position - low)])
  const quantile = context.emit('Add', [at(low), between])
  // at least 1, and never more than the largest
  const s = context.emit('Min', [context.emit('Max', [quantile, scalar(1)]), scalar(clip.max)])
  const bound = context.emit('Reshape', [s, context.int64([-1, ...shape.map(() => 1)])])
  const kept = context.emit('Max', [context.emit('Min', [mean, bound]), context.emit('Neg', [bound])])
  return context.emit('Div', [kept, bound])
}
