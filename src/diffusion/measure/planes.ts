/** Shapes as stacks of planes: images `[C, H, W]`, signals `[C, length]` or `[length]`, which are planes of one row. */
import { TweedieError } from '../../errors.ts'

/** The extent of a stack. */
export interface Planes {
  readonly channels: number
  readonly height: number
  readonly width: number
}

/**
 * A shape as planes.
 *
 * @throws TweedieError `shape` for anything but `[length]`, `[channels, length]` and `[channels, height, width]`
 */
export function planesOf(shape: readonly number[]): Planes {
  if (shape.length < 1 || shape.length > 3 || !shape.every((size) => Number.isInteger(size) && size > 0)) {
    throw new TweedieError('shape', `[${shape.join(', ')}] is neither a signal nor an image`, {
      hint: 'signals are [length] or [channels, length], images [channels, height, width]',
    })
  }
  const [width, height, channels] = [
    shape.at(-1)!,
    shape.length === 3 ? shape[1]! : 1,
    shape.length > 1 ? shape[0]! : 1,
  ]
  return { channels, height, width }
}

/** The shape of planes of another extent, with the same axes as `like`. */
export function shapeOf({ channels, height, width }: Planes, like: readonly number[]): readonly number[] {
  return [channels, height, width]
    .slice(3 - like.length)
    .map((size, i) => (i === 0 && like.length === 2 ? channels : size))
}
