/** Products in eight bits of values whose ranges are found in the same run: what convolutions and projections share. */
import type { TensorOf } from '../../graph/tensor.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Context } from './context.ts'
import { reshapeTo, transposeTo } from './movement.ts'

/** The domain of the runtime's own operators. */
export const microsoft = Object.freeze({ domain: 'com.microsoft' })

/** Whole numbers up to here stand for a weight. */
const mostWeight = 127

/** x ≈ s (q − z), q ∈ {0 … 255}, with one scale and one zero for all of it. */
export function quantised(context: Context, x: string): { whole: string; scale: string; zero: string } {
  const [whole, scale, zero] = context.emitMany('DynamicQuantizeLinear', [x], 3) as [string, string, string]
  return { whole, scale, zero }
}

/** w ≈ s q, q ∈ {−127 … 127}, with a scale for each row of `w [rows, columns]`. */
export function wholeRows(context: Context, w: string, rows: number): { whole: string; scales: string } {
  const largest = context.emit('ReduceMax', [context.emit('Abs', [w]), context.int64([1])], { keepdims: 0 })
  const some = context.emit('Max', [largest, context.fill('float32', tiny, [])])
  const scales = context.emit('Mul', [some, context.fill('float32', 1 / mostWeight, [])])
  const whole = context.emit('QuantizeLinear', [w, scales, context.whole('int8', 0, [rows])], { axis: 0 })
  return { whole, scales }
}

/** The least range of a row, so that no scale is zero. */
export const tiny = 1e-20

/** Rows of a product, and its other sides, from which eight bits are faster. */
const [leastRows, leastSide] = [1024, 64]

/** Whether `a · b` is a projection of many rows: `b` is one matrix, and far smaller than `a`. */
export function isLargeProjection({ inputs, attributes, dtype }: TensorOf<'matmul'>): boolean {
  const [a, b] = inputs
  if (dtype !== 'float32' || attributes.transposeA || b.shape.length !== 2) return false
  const rows = sizeOf(a.shape.slice(0, -1))
  return rows >= leastRows && rows >= 4 * Math.max(...b.shape) && Math.min(...b.shape) >= leastSide
}

/** A projection `a · b` in eight bits, with a scale for all of `a` and one for each column of `b`; undefined where that is no gain. */
export function int8Product(context: Context, node: TensorOf<'matmul'>, a: string, b: string): string | undefined {
  if (!context.target.int8 || !isLargeProjection(node)) return undefined
  const { transposeB } = node.attributes
  const [rows, columns] = node.inputs[1].shape as [number, number]
  const out = transposeB ? rows : columns
  const { whole, scales } = wholeRows(context, transposeB ? b : transposeTo(context, b, [1, 0]), out)
  const given = quantised(context, a)
  const flat = reshapeTo(context, given.whole, [sizeOf(node.shape) / out, node.inputs[0].shape.at(-1)!])
  const inputs = [flat, transposeTo(context, whole, [1, 0]), given.scale, scales, given.zero]
  return reshapeTo(context, context.emit('MatMulIntegerToFloat', inputs, {}, microsoft), node.shape)
}
