/** Built-in videos: digits and coloured figures that move. */
import { fold, integers, type Key, uniform } from '../../../engine/random/index.ts'
import { type ArrayDataset, createDataset } from '../dataset.ts'
import { glyphsDataset } from './glyphs.ts'
import { movingPath, movingPictures, movingRate } from './moving.ts'
import { outlines } from './outlines.ts'
import { drawFigure, lookOf } from './shapes.ts'

/** Pixels along the side of a frame. */
const side = 32

/** Sizes of built-in videos. */
export interface MovingSet {
  readonly length: number
  readonly frames: number
  readonly key: Key
}

/** Digits that bounce, `[1, frames, 32, 32]`, labelled by the digit. */
export function movingDigits({ length, frames, key }: MovingSet): ArrayDataset {
  const pictures = glyphsDataset(length, fold(key, 'glyphs'))
  return movingPictures('moving-digits', pictures, { length, frames, side, key })
}

const classNames = Object.freeze(Object.keys(outlines) as (keyof typeof outlines)[])

/** Coloured figures that bounce before a coloured gradient that stands still, `[3, frames, 32, 32]`, labelled by the figure. */
export function movingShapes({ length, frames, key }: MovingSet): ArrayDataset {
  const plane = side * side
  const data = new Uint8Array(length * 3 * frames * plane)
  const labels = integers(fold(key, 'figure'), length, 0, classNames.length)
  const motion = new Float32Array(4 * length)
  const image = new Uint8Array(3 * plane)
  for (let i = 0; i < length; i++) {
    const look = lookOf(uniform(fold(key, i), new Float64Array(13)), side)
    const room = side - 2 * look.size - 2
    const path = movingPath(fold(key, 'path', i), frames, [room, room])
    motion.set([path.x[0]!, path.y[0]!, ...path.velocity], 4 * i)
    for (let t = 0; t < frames; t++) {
      const centre = [look.size + 1 + path.x[t]!, look.size + 1 + path.y[t]!] as const
      drawFigure(outlines[classNames[labels[i]!]!], { ...look, centre }, image, side)
      for (let c = 0; c < 3; c++) {
        data.set(image.subarray(c * plane, (c + 1) * plane), ((i * 3 + c) * frames + t) * plane)
      }
    }
  }
  return createDataset({
    name: 'moving-shapes',
    kind: 'video',
    shape: [3, frames, side, side],
    data,
    frameRate: movingRate,
    labels,
    classNames,
    conditions: { motion },
  })
}
