/** Given frames in, videos out: what comes next, or lies between. */
import { maskOperator, type Observation, observation } from '../../../diffusion/measure/index.ts'
import { TweedieError } from '../../../errors.ts'
import { itemSize } from '../../../files/data/dataset.ts'
import { asSeen } from '../../picture-values.ts'
import type { Item, Setting } from '../../family.ts'
import type { DrawnModel } from '../../drawn-values.ts'
import { copyFrames, givenFrames } from './given.ts'

/** Frames that are known, in a video of the model's length. */
export interface Known {
  /** `[C, T, H, W]`, zero where nothing is known. */
  readonly video: Float32Array
  readonly given: readonly number[]
}

/**
 * The known frames: of a video with as many frames as are given, in their order, or of one that has the numbers that are given.
 *
 * @param asked such as `0-3`; by default all frames of a video that is shorter than the model's, at the beginning
 * @throws TweedieError `usage` or `data` for frames that there are not
 */
export async function knownFrames(
  { frame, scale }: DrawnModel,
  item: Item,
  asked: string | undefined,
  { access }: Pick<Setting, 'access'>,
): Promise<Known> {
  const shape = frame.item as readonly [number, number, number, number]
  const [channels, frames, height, width] = shape
  const found = await framesOf(item, shape, scale, access)
  const length = found.length / (channels * height * width)
  const given =
    asked === undefined ? Array.from({ length: Math.min(length, frames - 1) }, (_, t) => t) : givenFrames(asked, frames)
  const from = length === given.length ? given.map((_, i) => i) : given
  if (from.at(-1)! >= length) {
    throw new TweedieError('data', `frame ${from.at(-1)!} is given, and the video has ${length} frames`, {
      hint: `\`given\` names the frames that the video has: 0-${Math.min(length, frames) - 1}, or as many as it has`,
    })
  }
  const video = new Float32Array(itemSize(shape))
  const own = [channels, length, height, width]
  copyFrames({ data: found, shape: own, frames: from }, { data: video, shape, frames: given })
  return { video, given }
}

/** The frames of an item, `[C, n, H, W]` as the network has them. */
async function framesOf(
  item: Item,
  [channels, , height, width]: readonly [number, number, number, number],
  scale: DrawnModel['scale'],
  access: Setting['access'],
): Promise<Float32Array> {
  const one = channels * height * width
  if (typeof item === 'string') {
    if (access.video) return access.video(item, { shape: [channels, height, width], range: scale.range })
    throw new TweedieError('usage', 'videos are not read by name here', { hint: 'give the values of its frames' })
  }
  if (item.length > 0 && item.length % one === 0) return asSeen(scale, item)
  throw new TweedieError('shape', `${item.length} values, expected frames of [${channels}, ${height}, ${width}]`)
}

/** The measurement that sees the known frames. */
export function observationOfFrames(shape: readonly number[], { video, given }: Known, sigma: number): Observation {
  const [channels, frames, height, width] = shape as [number, number, number, number]
  const chosen = new Set(given)
  const plane = height * width
  const seen = Uint8Array.from({ length: frames * plane }, (_, i) => Number(chosen.has(Math.floor(i / plane))))
  const y = Float64Array.from({ length: channels * given.length * plane })
  let at = 0
  for (let i = 0; i < video.length; i++) if (seen[i % seen.length]) y[at++] = video[i]!
  return observation(maskOperator(shape, seen, 'frames'), y, sigma)
}
