/** What is to be said of the images of a folder: what was guessed, left out or changed. */
import type { Depth } from './image-depth.ts'
import type { Planes } from './image-planes.ts'
import type { Channels } from './image-words.ts'

/** Where opacity went. */
export function opacityText(channels: Channels): string {
  return channels % 2 === 0
    ? `some images are transparent: opacity is channel ${channels}; a background makes them opaque`
    : 'some images are transparent, and their opacity is left out: choose a background, or 2 or 4 channels'
}

/** Images that all show one and the same colour are most likely a mistake in reading them: there is nothing to learn. */
export function isBlank(data: Planes, channels: number, plane: number): boolean {
  return data.every((value, i) => value === data[(Math.floor(i / plane) % channels) * plane])
}

/** What is kept of values that are no bytes. */
export function depthText(depth: Depth, [low, high]: readonly [number, number]): string {
  const what = depth === 'ushort' ? 'images of 16 bits' : 'images of floats'
  return `${what} keep their values, ${Number(low.toPrecision(6))} … ${Number(high.toPrecision(6))}`
}

/** Folders below the only one there is are no classes: that one may be what was meant. */
export function unusedFolders(files: readonly string[], depth: number): string[] {
  const parts = files.map((file) => file.split('/').slice(0, -1))
  const inner = [...new Set(parts.map((each) => each[depth + 1]))]
  if (inner.length < 2 || inner.includes(undefined)) return []
  const only = parts[0]!.slice(0, depth + 1).join('/')
  const some = `${inner.slice(0, 3).join(', ')}${inner.length > 3 ? ', …' : ''}`
  return [`all images are in ${only}/, so ${some} below it are no classes: to have them, name that folder`]
}
