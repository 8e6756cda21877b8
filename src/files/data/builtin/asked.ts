/** What is asked of a built-in data set, checked. */
import { fold, key, type Key } from '../../../engine/random/index.ts'
import { TweedieError } from '../../../errors.ts'
import { type BuiltinName, isCloudName, isMovingName, isSystemName, systemNames } from './names.ts'

/** How many items a built-in set has, and of which. */
export interface BuiltinOptions {
  readonly length?: number | undefined
  readonly frames?: number | undefined
  readonly window?: number | undefined
  readonly seed?: number | string | undefined
  readonly split?: 'train' | 'validation' | 'test' | undefined
  readonly points?: number | undefined
}

/** Sets that one module makes. */
export type BuiltinGroup =
  | 'glyphs'
  | 'shapes'
  | 'scenes'
  | 'moving'
  | 'clouds'
  | 'digitClouds'
  | 'systems'
  | 'densities'

/** A set as it is made. */
export interface AskedBuiltin {
  readonly name: BuiltinName
  readonly length: number
  readonly stream: Key
  readonly frames: number
  readonly options: BuiltinOptions
}

/** Frames of a built-in video, unless told otherwise. */
const usualFrames = 16

/** Which sets a name belongs to. */
export function groupOf(name: BuiltinName): BuiltinGroup {
  if (isMovingName(name)) return 'moving'
  if (isCloudName(name)) return name === 'solids' ? 'clouds' : 'digitClouds'
  if (isSystemName(name)) return 'systems'
  return name === 'glyphs' || name === 'shapes' || name === 'scenes' ? name : 'densities'
}

/** @throws TweedieError `usage` for options out of their ranges, and for those that such a set does not have */
export function askedBuiltin(name: BuiltinName, options: BuiltinOptions): AskedBuiltin {
  const isVideo = isMovingName(name)
  const { length = isVideo ? 4000 : 10_000, seed = 0, frames = usualFrames } = options
  if (!Number.isInteger(length) || length < 1 || length > 1e7) {
    throw new TweedieError('usage', `${name}: cannot make ${length} items: must be between 1 and 10 million`)
  }
  if (options.frames !== undefined && !isVideo) {
    throw new TweedieError('usage', `${name}: \`frames\` is for videos`, { hint: 'moving-digits, moving-shapes' })
  }
  if (isVideo && !(Number.isInteger(frames) && frames >= 2 && frames <= 1024)) {
    throw new TweedieError('usage', `${name}: \`frames: ${frames}\`: a whole number from 2 to 1024`)
  }
  if (options.window !== undefined && !isSystemName(name)) {
    throw new TweedieError('usage', `${name}: \`window\` is for data with an axis of time`, {
      hint: `built in: ${systemNames.join(', ')}`,
    })
  }
  return { name, length, frames, options, stream: fold(key(seed), 'data', name) }
}
