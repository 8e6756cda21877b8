/**
 * Images on disk. Each is written with the channels that the images so far need; where a later one needs more, those before are widened at
 * the end, which loses nothing: grey is three equal colours, and what had no opacity was opaque.
 */
import { TweedieError } from '../../../errors.ts'
import type { ItemSink } from '../item-storage.ts'
import { opaqueOf } from './image-depth.ts'
import { channelsFor, keepChannels, type Planes } from './image-planes.ts'
import type { ImageRoom, RoomNeeds } from './image-room.ts'
import type { Channels } from './image-words.ts'

/** Room on disk. */
export function storedRoom(sink: ItemSink, { folder, items, size, depth, facts, options }: RoomNeeds): ImageRoom {
  const plane = size[0] * size[1]
  const planesOf = (channels: number): Planes =>
    depth === 'uchar' ? new Uint8Array(channels * plane) : new Float32Array(channels * plane)
  const rgba = planesOf(4)
  const records = new Uint32Array(items)
  const layouts = new Uint8Array(items)
  const known = { least: Infinity, most: -Infinity, colours: undefined as number[] | undefined, blank: true }
  let out = planesOf(1)
  let channels: Channels = options.channels ?? 1

  const look = (item: number): void => {
    if (depth !== 'uchar') {
      for (const value of out) {
        if (!Number.isFinite(value)) throw new TweedieError('data', `${folder}: item ${item} holds ${value}`)
        known.least = Math.min(known.least, value)
        known.most = Math.max(known.most, value)
      }
    }
    if (!known.blank) return
    const first = known.colours ?? Array.from({ length: channels }, (_, c) => out[c * plane]!)
    known.colours = first
    known.blank = first.every((value, c) => out.subarray(c * plane, (c + 1) * plane).every((each) => each === value))
  }
  const opaque = opaqueOf[depth]

  return {
    planes: () => rgba,
    put(item) {
      const needed = options.channels ?? channelsFor(facts)
      if (needed !== channels) {
        const colours = known.colours && widened(Float32Array.from(known.colours), channels, needed, 1, opaque)
        known.colours = colours && [...colours]
        if (known.colours && channels % 2 === 1 && needed % 2 === 0) {
          known.least = Math.min(known.least, opaque)
          known.most = Math.max(known.most, opaque)
        }
      }
      channels = needed
      if (out.length !== channels * plane) out = planesOf(channels)
      keepChannels(rgba, channels, out)
      look(item)
      layouts[item] = channels
      records[item] = sink.append(out)
    },
    async finish(kept) {
      const order = Uint32Array.from(kept, (item) => records[item]!)
      const uneven = kept.some((item) => layouts[item] !== channels)
      const convert = (values: Planes, place: number): Planes =>
        widened(values, layouts[kept[place]!] as Channels, channels, plane, opaque)
      const stored = await sink.finish(order, { signal: options.signal, ...(uneven && { convert }) })
      const range =
        depth === 'uchar'
          ? ([0, 255] as const)
          : depth === 'ushort'
            ? ([0, channels === 1 ? known.most : opaqueOf.ushort] as const)
            : ([known.least, known.most] as const)
      return { channels, stored, range, blank: known.blank }
    },
  }
}

/** Planes with more channels: grey as three colours, and opacity that is full. */
function widened(values: Planes, from: Channels, to: Channels, plane: number, opaque: number): Planes {
  if (from === to) return values
  const out = values instanceof Uint8Array ? new Uint8Array(to * plane) : new Float32Array(to * plane)
  const colours = to >= 3 ? 3 : 1
  for (let c = 0; c < colours; c++) {
    const own = from >= 3 ? c : 0
    out.set(values.subarray(own * plane, (own + 1) * plane), c * plane)
  }
  if (to % 2 === 0) {
    if (from % 2 === 0) out.set(values.subarray((from - 1) * plane), colours * plane)
    else out.fill(opaque, colours * plane)
  }
  return out
}
