/** Classifier-free guidance as nodes of ONNX. */
import { sizeOf } from '../../engine/graph/shape.ts'
import type { Context } from '../../engine/onnx/lower/context.ts'

/** Guided means, D_c + w (D_c − D_∅), their deviation brought back by φ. */
export interface GuideParts {
  readonly conditional: string
  readonly unconditional: string
  /** w of this evaluation, `[1]`. */
  readonly w: string
  /** φ. */
  readonly rescale: number
  /** Of an item. */
  readonly shape: readonly number[]
}

/** The guided mean, `[batch, ...shape]`. */
export function guidedMean(context: Context, { conditional, unconditional, w, rescale, shape }: GuideParts): string {
  const apart = context.emit('Sub', [conditional, unconditional])
  const guided = context.emit('Add', [conditional, context.emit('Mul', [apart, w])])
  if (rescale === 0) return guided
  const ratio = context.emit('Div', [deviation(context, conditional, shape), deviation(context, guided, shape)])
  const scalar = (value: number): string => context.fill('float32', value, [])
  const factor = context.emit('Add', [context.emit('Mul', [ratio, scalar(rescale)]), scalar(1 - rescale)])
  return context.emit('Mul', [guided, factor])
}

/** The standard deviation of each item's elements, `[batch, 1, …]`. */
function deviation(context: Context, values: string, shape: readonly number[]): string {
  const items = context.emit('Reshape', [values, context.int64([-1, sizeOf(shape)])])
  const mean = (name: string): string => context.emit('ReduceMean', [name, context.int64([1])], { keepdims: 1 })
  const away = context.emit('Sub', [items, mean(items)])
  const root = context.emit('Sqrt', [mean(context.emit('Mul', [away, away]))])
  return context.emit('Reshape', [root, context.int64([-1, ...shape.map(() => 1)])])
}
