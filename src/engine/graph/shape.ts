/** Shapes: static lists of dimensions, row-major, and their arithmetic. */
import { TweedieError } from '../../errors.ts'

/** The dimensions of a tensor, outermost first; `[]` is a scalar. */
export type Shape = readonly number[]

/** `[2, 3, 4]` as text, the way messages show shapes. */
export const showShape = (shape: Shape): string => `[${shape.join(', ')}]`

/** The number of elements of a tensor of this shape. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (const dim of shape) size *= dim
  return size
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = Array.from<number>({ length: shape.length })
  for (let axis = shape.length - 1, stride = 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis]!
  }
  return strides
}

/** Whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis])
}

/** The shape that both broadcast to, by NumPy's rule: align at the end; a dimension of 1 stretches. */
export function broadcastShapes(op: string, ...shapes: Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    let dim = 1
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1
      if (own !== 1 && dim !== 1 && own !== dim) {
        throw new TweedieError(
          'shape',
          `${op}: shapes ${shapes.map(showShape).join(' and ')} do not broadcast together`,
          {
            hint: 'dimensions, aligned at the end, must be equal or 1',
          },
        )
      }
      if (own !== 1) dim = own
    }
    return dim
  })
}

/** An axis counted from the front; negative ones count from the end. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  const from = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || from < 0 || from >= rank) {
    throw new TweedieError('shape', `${op}: axis ${axis} is outside a tensor of ${rank} dimensions`)
  }
  return from
}

/** Axes counted from the front, sorted, without repeats; all of them when `axes` is undefined. */
export function normalizeAxes(op: string, axes: number | readonly number[] | undefined, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis)
  const list = (typeof axes === 'number' ? [axes] : axes).map((axis) => normalizeAxis(op, axis, rank))
  if (new Set(list).size !== list.length) {
    throw new TweedieError('shape', `${op}: axes ${showShape(list)} name an axis twice`)
  }
  return list.sort((a, b) => a - b)
}
