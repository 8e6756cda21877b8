/** Pictures that move: each with constant velocity, reflected at the edges of the frame. */
import { cosTurns, fold, type Key, sinTurns, uniform } from '../../../engine/random/index.ts'
import { type ArrayDataset, createDataset, itemSize } from '../dataset.ts'

/** Frames of a video, and pixels along their side. */
export interface MovingOptions {
  readonly length: number
  readonly frames: number
  readonly side: number
  readonly key: Key
}

/** Where the upper left corner of a picture is in every frame. */
export interface Path {
  readonly x: Float64Array
  readonly y: Float64Array
  /** Pixels a frame in the first frame; its signs change where the picture is reflected. */
  readonly velocity: readonly [x: number, y: number]
}

/** Frames a second, for pictures of them. */
export const movingRate = 12

/** Pixels a frame, slowest and fastest. */
const speeds = [0.8, 2] as const

/**
 * A path: a place in [0, roomX] × [0, roomY], any direction and a speed from 0.8 to 2 pixels a frame; a coordinate that leaves its interval is
 * reflected at the end. A function of (key, frames, room).
 */
export function movingPath(key: Key, frames: number, [roomX, roomY]: readonly [number, number]): Path {
  const [px, py, turn, share] = uniform(key, new Float64Array(4)) as unknown as [number, number, number, number]
  const speed = speeds[0] + share * (speeds[1] - speeds[0])
  const velocity = [speed * cosTurns(turn), speed * sinTurns(turn)] as const
  const along = (start: number, rate: number, room: number): Float64Array =>
    Float64Array.from({ length: frames }, (_, t) => reflected(start * room + rate * t, room))
  return { x: along(px, velocity[0], roomX), y: along(py, velocity[1], roomY), velocity }
}

/** A coordinate reflected at 0 and at `room` until it lies between. */
export function reflected(value: number, room: number): number {
  if (room <= 0) return 0
  const within = ((value % (2 * room)) + 2 * room) % (2 * room)
  return within > room ? 2 * room - within : within
}

/**
 * Videos `[1, frames, side, side]` of grey pictures on black: they show the pictures in turn, cut to what is not black. Its
 * class is that of the picture; the condition `motion` has where it begins and its velocity, `[x, y, vx, vy]` in pixels. Video i depends on
 * (key, i) and its picture only.
 *
 * @param pictures grey images of bytes
 */
export function movingPictures(
  name: string,
  pictures: ArrayDataset,
  { length, frames, side, key }: MovingOptions,
): ArrayDataset {
  const size = itemSize(pictures.shape)
  const data = new Uint8Array(length * frames * side * side)
  const motion = new Float32Array(4 * length)
  for (let i = 0; i < length; i++) {
    const which = i % pictures.length
    const picture = pictures.data.subarray(which * size, (which + 1) * size)
    const sprite = cutOut(picture, pictures.shape[2]!)
    const path = movingPath(fold(key, 'path', i), frames, [side - sprite.width, side - sprite.height])
    motion.set([path.x[0]!, path.y[0]!, ...path.velocity], 4 * i)
    for (let t = 0; t < frames; t++) {
      place(sprite, path.x[t]!, path.y[t]!, data.subarray((i * frames + t) * side * side), side)
    }
  }
  const { labels, classNames } = pictures
  return createDataset({
    name,
    kind: 'video',
    shape: [1, frames, side, side],
    data,
    frameRate: movingRate,
    ...(labels && { labels: Int32Array.from({ length }, (_, i) => labels[i % pictures.length]!) }),
    classNames,
    conditions: { motion },
  })
}

/** A grey picture without the black around it. */
interface Sprite {
  readonly width: number
  readonly height: number
  readonly ink: Float32Array
}

function cutOut(picture: ArrayLike<number>, columns: number): Sprite {
  let [left, right, top, bottom] = [Infinity, -1, Infinity, -1]
  for (let p = 0; p < picture.length; p++) {
    if (!(picture[p]! > 0)) continue
    const [x, y] = [p % columns, Math.floor(p / columns)]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  if (right < 0) return { width: 1, height: 1, ink: new Float32Array(1) }
  const [width, height] = [right - left + 1, bottom - top + 1]
  const ink = Float32Array.from(
    { length: width * height },
    (_, p) => picture[(top + Math.floor(p / width)) * columns + left + (p % width)]!,
  )
  return { width, height, ink }
}

/** Puts a sprite at a place between pixels: each of its pixels is shared by the four that it covers. */
function place({ width, height, ink }: Sprite, x: number, y: number, frame: Uint8Array, side: number): void {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const [dx, dy] = [x - left, y - top]
  const at = (row: number, column: number): number =>
    row >= 0 && row < height && column >= 0 && column < width ? ink[row * width + column]! : 0
  for (let row = 0; row <= height; row++) {
    for (let column = 0; column <= width; column++) {
      const [toX, toY] = [left + column, top + row]
      if (toX < 0 || toX >= side || toY < 0 || toY >= side) continue
      const upper = (1 - dx) * at(row - 1, column) + dx * at(row - 1, column - 1)
      const lower = (1 - dx) * at(row, column) + dx * at(row, column - 1)
      frame[toY * side + toX] = Math.round(dy * upper + (1 - dy) * lower)
    }
  }
}
