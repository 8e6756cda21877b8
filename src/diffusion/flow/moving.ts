/** Bijections that move elements without changing them: flattening, squeezing, reversing. */
import { reshape, reverse, slice, concat, transpose } from '../../engine/graph/index.ts'
import type { Shape, Tensor } from '../../engine/graph/index.ts'
import { TweedieError } from '../../errors.ts'
import type { Bijection } from './bijection.ts'
import { noLogDet } from './bijection.ts'

/** A map that only moves elements: its log-determinant is 0. */
export function moving(
  name: string,
  shape: Shape,
  outputShape: Shape,
  there: (x: Tensor) => Tensor,
  back: (y: Tensor) => Tensor,
): Bijection {
  return Object.freeze<Bijection>({
    name,
    shape,
    outputShape,
    forward: (_, x) => ({ y: there(x), logDet: noLogDet }),
    inverse: (_, y) => ({ y: back(y), logDet: noLogDet }),
  })
}

/** Items of another shape, of as many elements. */
export function reshaped(shape: Shape, outputShape: Shape): Bijection {
  return moving(
    'reshape',
    shape,
    outputShape,
    (x) => reshape(x, [x.shape[0]!, ...outputShape]),
    (y) => reshape(y, [y.shape[0]!, ...shape]),
  )
}

/** Elements in the opposite order along the first axis of an item: the order of tokens, or of dimensions. */
export function reversed(shape: Shape): Bijection {
  const turn = (x: Tensor): Tensor => reverse(x, 1)
  return moving('reverse', shape, shape, turn, turn)
}

/** The first `by` elements of the first axis go behind the others. */
export function rotated(shape: Shape, by: number): Bijection {
  const [size] = shape as [number]
  const roll = (x: Tensor, at: number): Tensor => concat([slice(x, 1, at), slice(x, 1, 0, at)], 1)
  return by % size === 0
    ? reshaped(shape, shape)
    : moving(
        'rotate',
        shape,
        shape,
        (x) => roll(x, by % size),
        (y) => roll(y, size - (by % size)),
      )
}

/**
 * Space to depth: `[C, H, W] → [C f², H / f, W / f]`; channel c f² + i f + j shows the pixels (y f + i, x f + j).
 * Dinh, Sohl-Dickstein & Bengio, Density Estimation Using Real NVP (2017), section 3.6.
 *
 * @throws TweedieError `shape` where f does not divide height and width
 */
export function squeeze(shape: Shape, factor = 2): Bijection {
  const [channels, height, width] = requireDivisible(shape, factor)
  const [rows, columns] = [height / factor, width / factor]
  const outputShape = [channels * factor * factor, rows, columns]
  return moving(
    'squeeze',
    shape,
    outputShape,
    (x) => {
      const cut = reshape(x, [x.shape[0]!, channels, rows, factor, columns, factor])
      return reshape(transpose(cut, [0, 1, 3, 5, 2, 4]), [x.shape[0]!, ...outputShape])
    },
    (y) => {
      const cut = reshape(y, [y.shape[0]!, channels, factor, factor, rows, columns])
      return reshape(transpose(cut, [0, 1, 4, 2, 5, 3]), [y.shape[0]!, ...shape])
    },
  )
}

/** Patches as tokens: `[C, H, W] → [T, C p²]`, row by row. @throws TweedieError `shape` where p does not divide the sides */
export function patchTokens(shape: Shape, patch: number): Bijection {
  const [channels, height, width] = requireDivisible(shape, patch)
  const [rows, columns, size] = [height / patch, width / patch, channels * patch * patch]
  return moving(
    'patches',
    shape,
    [rows * columns, size],
    (x) => {
      const cut = reshape(x, [x.shape[0]!, channels, rows, patch, columns, patch])
      return reshape(transpose(cut, [0, 2, 4, 1, 3, 5]), [x.shape[0]!, rows * columns, size])
    },
    (y) => {
      const cut = reshape(y, [y.shape[0]!, rows, columns, channels, patch, patch])
      return reshape(transpose(cut, [0, 3, 1, 4, 2, 5]), [y.shape[0]!, ...shape])
    },
  )
}

function requireDivisible(shape: Shape, by: number): readonly [number, number, number] {
  const [channels, height, width] = shape as [number, number, number]
  if (shape.length === 3 && height % by === 0 && width % by === 0) return [channels, height, width]
  throw new TweedieError('shape', `[${shape.join(', ')}]: an image whose sides ${by} divides is needed`, {
    hint: `sides of ${by}, ${2 * by}, ${3 * by} …`,
  })
}
