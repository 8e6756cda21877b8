/** Which frames of a video make items. */
import { TweedieError } from '../../../errors.ts'

/** How videos are cut into items. */
export interface WindowOptions {
  /** T: frames of an item. */
  readonly frames: number
  /** Every how many frames one is kept; default 1. */
  readonly frameStride?: number | undefined
  /** Frames from the beginning of one item to that of the next; default as many as an item reaches over, so that none is shared. */
  readonly stride?: number | undefined
}

/** The same, where nothing need be said. */
export type WindowWishes = { readonly [Name in keyof WindowOptions]?: WindowOptions[Name] | undefined }

/** @throws TweedieError `usage` for numbers that make no sense */
export function checkWindows({ frames, frameStride = 1, stride = 1 }: WindowOptions): void {
  for (const [name, value, least] of [
    ['frames', frames, 2],
    ['frameStride', frameStride, 1],
    ['stride', stride, 1],
  ] as const) {
    if (Number.isInteger(value) && value >= least && value <= 65_536) continue
    throw new TweedieError('usage', `\`${name}: ${value}\`: a whole number from ${least} to 65536`)
  }
}

/**
 * The frames of each item, of a video of `length` frames: T frames, `frameStride` apart; what is left over at the end belongs to none.
 *
 * @example
 * windowsOf(10, { frames: 4, stride: 3 }) // [[0, 1, 2, 3], [3, 4, 5, 6], [6, 7, 8, 9]]
 */
export function windowsOf(
  length: number,
  { frames, frameStride = 1, stride = frames * frameStride }: WindowOptions,
): number[][] {
  const reach = (frames - 1) * frameStride + 1
  const count = Math.max(0, Math.floor((length - reach) / stride) + 1)
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: frames }, (__, t) => i * stride + t * frameStride),
  )
}
