/** Where the planes of images go as they are decoded: into one array, or to disk. */
import { TweedieError } from '../../../errors.ts'
import type { StoredItems } from '../stored-items.ts'
import { type Depth, opaqueOf } from './image-depth.ts'
import type { ImageFolderOptions } from './image-folder-options.ts'
import { channelsFor, keepChannels, type PlaneFacts, type Planes } from './image-planes.ts'
import { isBlank } from './image-remarks.ts'
import type { Channels, Size } from './image-words.ts'

/** What is known of the images before they are decoded. */
export interface RoomNeeds {
  readonly folder: string
  /** The most items there will be. */
  readonly items: number
  readonly size: Size
  readonly depth: Depth
  /** What is known of the pixels so far; it is kept up to date by who decodes them. */
  readonly facts: PlaneFacts
  readonly options: Pick<ImageFolderOptions, 'channels' | 'storage' | 'signal'>
}

/** Takes items in any order, one at a time. */
export interface ImageRoom {
  /** Where the planes [4, height, width] of an item are to be written, before it is `put`. */
  planes(item: number): Planes
  put(item: number): void
  /** The items that are kept, in this order, with the channels that are asked for, or the fewest that lose nothing. */
  finish(kept: readonly number[]): Promise<RoomItems>
}

/** Items with what is to be said of them. */
export type RoomItems = {
  readonly channels: Channels
  /** Whether all images are one colour. */
  readonly blank: boolean
} & (
  | { readonly data: Planes; readonly range: readonly [number, number] | undefined }
  | { readonly stored: StoredItems; readonly range: readonly [number, number] }
)

/** Room in one array. @throws TweedieError `data` where there is too little memory */
export function roomInMemory({ folder, items, size, depth, facts, options }: RoomNeeds): ImageRoom {
  const plane = size[0] * size[1]
  const rgba = allocate(folder, items * 4 * plane, depth)
  const planes = (item: number): Planes => rgba.subarray(item * 4 * plane, (item + 1) * 4 * plane)
  return {
    planes,
    put: () => undefined,
    async finish(kept) {
      // In place: close the gaps that broken images left, and drop channels without content.
      const channels = options.channels ?? channelsFor(facts)
      for (const [place, item] of kept.entries()) {
        keepChannels(planes(item), channels, rgba.subarray(place * channels * plane, (place + 1) * channels * plane))
      }
      const used = kept.length * channels * plane
      const data = used === rgba.length ? rgba : rgba.slice(0, used)
      const range = depth === 'ushort' ? ([0, channels === 1 ? greatest(data) : opaqueOf.ushort] as const) : undefined
      return { channels, data, range, blank: isBlank(data, channels, plane) }
    },
  }
}

/** Grey of 16 bits may be anything that is measured, such as a depth or 12 bits of a camera: its brightest value is white. */
function greatest(data: Planes): number {
  let most = 0
  for (const value of data) most = Math.max(most, value)
  return most
}

function allocate(folder: string, values: number, depth: Depth): Planes {
  const bytes = depth === 'uchar' ? values : 4 * values
  try {
    return depth === 'uchar' ? new Uint8Array(values) : new Float32Array(values)
  } catch (cause) {
    const problem = `the images need ${(bytes / 2 ** 30).toFixed(1)} GiB of memory`
    throw new TweedieError('data', `${folder}: ${problem}`, { hint: 'choose a smaller size', cause })
  }
}
