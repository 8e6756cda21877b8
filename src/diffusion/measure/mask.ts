/** Inpainting: only some of the numbers are seen. */
import { sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { fold, key, type Key, uniform } from '../../engine/random/index.ts'
import type { LinearOperator } from './operator.ts'
import { planesOf } from './planes.ts'
import { sparseOperator } from './sparse.ts'

/**
 * Keeps the elements whose mask is not zero, in order.
 *
 * @param seen one number for each element of an item, or for each pixel of an image
 */
export function maskOperator(from: readonly number[], seen: ArrayLike<number>, name = 'inpaint'): LinearOperator {
  const n = sizeOf(from)
  if (seen.length === 0 || n % seen.length !== 0) {
    throw new TweedieError(
      'shape',
      `a mask of ${seen.length} for items [${from.join(', ')}]: one number for each pixel`,
    )
  }
  const indices = Array.from({ length: n }, (_, i) => i).filter((i) => seen[i % seen.length]! !== 0)
  if (indices.length === 0) throw new TweedieError('usage', 'a mask that hides everything: nothing was measured')
  return sparseOperator(
    { name, from, to: [indices.length], orthogonal: 1 },
    indices.map((i) => ({ indices: [i], weights: [1] })),
  )
}

/** A rectangle of pixels. */
export interface Box {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

/** A mask of an image's pixels, `[H, W]`: 0 within the box, 1 outside. By default the box lies in the centre. */
export function boxMask(
  shape: readonly number[],
  { height, width, ...at }: Pick<Box, 'height' | 'width'> & Partial<Box>,
): Uint8Array {
  const planes = planesOf(shape)
  const { top = Math.floor((planes.height - height) / 2), left = Math.floor((planes.width - width) / 2) } = at
  return Uint8Array.from({ length: planes.height * planes.width }, (_, i) => {
    const [y, x] = [Math.floor(i / planes.width) - top, (i % planes.width) - left]
    return y >= 0 && y < height && x >= 0 && x < width ? 0 : 1
  })
}

/** A mask of pixels that are seen each with this probability. */
export function randomMask(shape: readonly number[], share: number, stream: Key = fold(key(0), 'mask')): Uint8Array {
  if (!(share > 0 && share <= 1)) throw new TweedieError('usage', `a share of ${share} of the pixels: in (0, 1]`)
  const { height, width } = planesOf(shape)
  return Uint8Array.from(uniform(stream, new Float64Array(height * width)), (u) => (u < share ? 1 : 0))
}

/** A mask that sees one pixel of each block of `factor` × `factor`, the middle one: a sensor with gaps. */
export function gridMask(shape: readonly number[], spacing: number): Uint8Array {
  if (!(Number.isInteger(spacing) && spacing > 0)) {
    throw new TweedieError('usage', `a spacing of ${spacing} pixels: a positive whole number`)
  }
  const { height, width } = planesOf(shape)
  const middle = Math.floor(spacing / 2)
  const row = height > 1 ? middle : 0
  return Uint8Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [Math.floor(i / width), i % width]
    return (height === 1 || y % spacing === row) && x % spacing === middle ? 1 : 0
  })
}
