/** From what the network sees to the file's output: pixels of pictures, values of anything else. */
import { areBytes, affineOf } from '../../files/data/normalise.ts'
import { type DataScale, itemSize } from '../../files/data/dataset.ts'
import type { Frame } from '../../files/data/frame.ts'
import type { Context } from '../../engine/onnx/lower/context.ts'
import type { DataType } from '../../engine/onnx/proto/model.ts'

/** How the pixels of pictures of bytes are given: `float`, 0 to 1, or `bytes`, 0 to 255. */
export type PixelKind = 'float' | 'bytes'

/** Items `[batch, ...item]` as the network has them, of its arrays: patches become pixels, and padding is cut off. */
export function itemsOfFrame(context: Context, x: string, { item, pixels }: Frame): string {
  if (!pixels) return x
  const places = new Int32Array(itemSize(item)).fill(-1)
  // the first place that shows a pixel is its own
  pixels.forEach((pixel, place) => {
    if (places[pixel]! < 0) places[pixel] = place
  })
  const flat = context.emit('Reshape', [x, context.int64([-1, pixels.length])])
  const chosen = context.emit('Gather', [flat, context.places('pixels', () => places)], { axis: 1 })
  return context.emit('Reshape', [chosen, context.int64([-1, ...item])])
}

/** Items in the units of the data, `shift + scale · x`. */
export function inUnits(context: Context, x: string, scale: DataScale): string {
  const { shift, scale: factor } = affineOf(scale)
  const whole = shift.length > 1 && shift.length === itemSize(scale.shape)
  const shape = whole ? scale.shape : shift.length === 1 ? [1] : [shift.length, ...scale.shape.slice(1).map(() => 1)]
  const table = (name: string, values: readonly number[]): string =>
    context.table(`${name}:${values.join()}`, shape, (i) => values[i]!)
  return context.emit('Add', [context.emit('Mul', [x, table('scale', factor)]), table('shift', shift)])
}

/** The output and its type. */
export function finished(
  context: Context,
  items: string,
  scale: DataScale,
  pixels: PixelKind,
): { readonly name: string; readonly dtype: DataType } {
  const values = inUnits(context, items, scale)
  if (!areBytes(scale)) return { name: values, dtype: 'float32' }
  const scalar = (value: number): string => context.fill('float32', value, [])
  if (pixels === 'bytes') {
    const whole = context.emit('Clip', [context.emit('Round', [values]), scalar(0), scalar(255)])
    return { name: context.emit('Cast', [whole], { to: 2 }), dtype: 'uint8' }
  }
  const unit = context.emit('Mul', [values, scalar(1 / 255)])
  return { name: context.emit('Clip', [unit, scalar(0), scalar(1)]), dtype: 'float32' }
}
