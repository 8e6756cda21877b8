/** Colourisation: only the brightness of each pixel is seen. */
import { TweedieError } from '../../errors.ts'
import type { LinearOperator } from './operator.ts'
import { sparseOperator } from './sparse.ts'

/** The weights of red, green and blue in the brightness: those of television, ITU-R BT.601. */
export const luma: readonly number[] = Object.freeze([0.299, 0.587, 0.114])

/**
 * The brightness of an image: `[3, H, W]` → `[1, H, W]`.
 *
 * @param weights one for each channel; default {@link luma}
 * @throws TweedieError `shape` for anything but an image of as many channels
 */
export function greyScale(from: readonly number[], weights: readonly number[] = luma): LinearOperator {
  if (from.length !== 3 || from[0] !== weights.length) {
    throw new TweedieError(
      'shape',
      `brightness of items [${from.join(', ')}]: expected an image of ${weights.length} channels`,
    )
  }
  const [, height, width] = from as [number, number, number]
  const plane = height * width
  return sparseOperator(
    { name: 'brightness', from, to: [1, height, width], orthogonal: Math.hypot(...weights) },
    Array.from({ length: plane }, (_, i) => ({ indices: weights.map((_, c) => c * plane + i), weights })),
  )
}
