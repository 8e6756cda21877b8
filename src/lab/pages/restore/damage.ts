/** What is measured of a picture, to be shown and to be asked for: the same numbers as the worker's. */
import {
  averagePooling,
  boxBlur,
  gaussianBlur,
  greyScale,
  type LinearOperator,
  motionBlur,
  observe,
  randomMask,
} from '../../../diffusion/measure/index.ts'
import { fold, key } from '../../../engine/random/index.ts'
import type { Pixels } from '../../draw/scene.ts'
import type { Pictures, RestoreSettings } from './settings.ts'

/** A picture in [−1, 1]. */
export interface Picture {
  readonly shape: readonly [channels: number, height: number, width: number]
  readonly data: Float32Array
}

/** The pixels that are to be filled in, 1 each; undefined where the damage is no hole. */
export function holeOf(settings: RestoreSettings, shape: Picture['shape']): readonly number[] | undefined {
  if (settings.task === 'inpaint') return settings.mask
  if (settings.task !== 'random') return undefined
  const seen = randomMask(shape, 1 - settings.share, fold(key(settings.seed), 'lab mask'))
  return Array.from(seen, (each) => 1 - each)
}

/** The picture as bytes, pixel by pixel. */
export function rasterOf({ shape: [channels, height, width], data }: Picture): Pixels {
  const area = height * width
  const bytes = new Uint8ClampedArray(4 * area).fill(255)
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) bytes[4 * i + c] = Math.round((data[(channels === 3 ? c : 0) * area + i]! + 1) * 127.5)
  }
  return { width, height, data: bytes }
}

/** The hole as a picture: white is to be filled in. */
export function holeRaster(settings: RestoreSettings, { shape }: Picture): Pixels {
  const hole = holeOf(settings, shape) ?? []
  const data = Float32Array.from({ length: shape[1] * shape[2] }, (_, i) => (hole[i] === 1 ? 1 : -1))
  return rasterOf({ shape: [1, shape[1], shape[2]], data })
}

/** The picture with its hole as a flat grey, or what was measured of it. */
export async function measured(picture: Picture, settings: RestoreSettings): Promise<Picture> {
  const hole = holeOf(settings, picture.shape)
  if (hole !== undefined) {
    return { shape: picture.shape, data: picture.data.map((x, i) => (hole[i % hole.length] === 1 ? hollow : x)) }
  }
  const operator = operatorOf(settings, picture.shape)
  if (operator === undefined && settings.task !== 'denoise') return picture
  const noise = { sigma: settings.sigma, seed: `simulate ${settings.seed}` }
  const { y } = await observe(operator ?? itself(picture.shape), picture.data, noise)
  return { shape: (operator?.to ?? picture.shape) as Picture['shape'], data: Float32Array.from(y) }
}

/** The brightness of holes, which is that of no picture's ground. */
const hollow = 0

function operatorOf({ task, factor, kernel }: RestoreSettings, shape: Picture['shape']): LinearOperator | undefined {
  if (task === 'super-resolution') return averagePooling(shape, factor)
  if (task === 'colorize') return greyScale(shape)
  if (task !== 'deblur') return undefined
  const [name, numbers] = kernel.split(':') as [string, string]
  const [size, angle = 0] = numbers.split(',').map(Number) as [number, number?]
  if (name === 'gaussian') return gaussianBlur(shape, size)
  return name === 'box' ? boxBlur(shape, size) : motionBlur(shape, size, angle)
}

/** Nothing but noise. */
function itself(shape: readonly number[]): LinearOperator {
  return gaussianBlur(shape, 1e-3)
}

/** Answers whose pixels outside the hole are those of the picture, exactly. */
export function keepSeen(picture: Picture, hole: readonly number[], answers: Float32Array): Float32Array {
  const size = picture.data.length
  return answers.map((x, i) => (hole[i % hole.length] === 1 ? x : picture.data[i % size]!))
}

/** Mean and standard deviation of each value over the answers. */
export function summary(
  answers: Float32Array,
  size: number,
): { readonly mean: Float32Array; readonly deviation: Float32Array } {
  const count = answers.length / size
  const mean = new Float32Array(size)
  const square = new Float64Array(size)
  answers.forEach((x, i) => (mean[i % size]! += x / count))
  answers.forEach((x, i) => (square[i % size]! += (x - mean[i % size]!) ** 2 / Math.max(1, count - 1)))
  return { mean, deviation: Float32Array.from(square, Math.sqrt) }
}

/** Cells around those that were just painted take their value too. */
export function widened(
  before: readonly number[],
  after: readonly number[],
  { shape: [, height, width] }: Pick<Pictures, 'shape'>,
  brush: number,
): readonly number[] {
  if (brush <= 1) return after
  const radius = brush / 2
  const reach = Math.ceil(radius)
  // The middle of an even width lies between two cells.
  const off = brush % 2 === 0 ? 0.5 : 0
  const wide = [...after]
  for (const [i, value] of after.entries()) {
    if (value === before[i]) continue
    const [row, column] = [Math.floor(i / width), i % width]
    for (let y = Math.max(0, row - reach); y <= Math.min(height - 1, row + reach); y++) {
      for (let x = Math.max(0, column - reach); x <= Math.min(width - 1, column + reach); x++) {
        if (Math.hypot(y - row - off, x - column - off) < radius) wide[y * width + x] = value
      }
    }
  }
  return wide
}
