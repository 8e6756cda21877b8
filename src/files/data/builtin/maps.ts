/**
 * Maps of classes, as a segmentation has them: small scenes of sky, ground, houses, trees and water, 16 × 16. Every pixel is
 * a category, and rules say which may lie on which, so that a model's samples can be checked.
 */
import { TweedieError } from '../../../errors.ts'
import { fold, key, type Key, uniform } from '../../../engine/random/index.ts'
import { type CategoricalDataset, createCategorical } from '../categorical.ts'

const side = 16

/** The categories: what they are called, and their colours as RGB bytes. */
const categories = [
  ['sky', [135, 196, 240]],
  ['ground', [122, 168, 84]],
  ['house', [196, 92, 70]],
  ['tree', [38, 104, 54]],
  ['water', [44, 92, 178]],
] as const

const [sky, ground, house, tree, water] = [0, 1, 2, 3, 4]

/**
 * Scenes. Above the horizon is sky, below it ground with, in some, a pond that is ground on its banks; houses and trees stand
 * on the horizon. Scene i depends on (seed, i) only.
 *
 * @param options `length`: how many, by default 10,000
 * @throws TweedieError `usage` for another length than 1 … 10⁶
 */
export function mapsDataset(
  options: { length?: number | undefined; seed?: number | string | undefined } = {},
): CategoricalDataset {
  const { length = 10_000, seed = 0 } = options
  if (!Number.isInteger(length) || length < 1 || length > 1e6) {
    throw new TweedieError('usage', `maps: cannot make ${length} items: must be between 1 and a million`)
  }
  const stream = fold(key(seed), 'data', 'maps')
  const data = new Int32Array(length * side * side)
  for (let i = 0; i < length; i++) paint(fold(stream, i), data.subarray(i * side * side, (i + 1) * side * side))
  return createCategorical({
    name: 'maps',
    shape: [side, side],
    categories: categories.length,
    data,
    vocabulary: { kind: 'map', names: categories.map(([name]) => name), colors: categories.map(([, color]) => color) },
  })
}

/** Paints one scene, `[16, 16]`, from the top row to the bottom one. */
function paint(stream: Key, map: Int32Array): void {
  const u = uniform(stream, new Float64Array(16))
  const horizon = 6 + Math.floor(5 * u[0]!)
  map.fill(sky, 0, horizon * side)
  map.fill(ground, horizon * side)
  const fill = (left: number, right: number, top: number, bottom: number, what: number): void => {
    for (let y = Math.max(0, top); y < Math.min(side, bottom); y++) {
      for (let x = Math.max(0, left); x < Math.min(side, right); x++) map[y * side + x] = what
    }
  }
  const wide = 3 + Math.floor(4 * u[1]!)
  const high = 2 + Math.floor(3 * u[2]!)
  const left = Math.floor((side / 2 - wide) * u[3]!)
  // the left half has a house, the right half a tree, or the other way round; either may be missing
  const shift = u[4]! < 0.5 ? 0 : side / 2
  if (u[5]! < 0.8) {
    fill(left + shift, left + shift + wide, horizon - high, horizon, house)
    const roof = Math.ceil(wide / 2)
    for (let row = 1; row <= roof; row++) {
      const from = left + shift + row - 1
      fill(from, from + wide - 2 * (row - 1), horizon - high - row, horizon - high - row + 1, house)
    }
  }
  if (u[6]! < 0.8) {
    const crown = 1 + Math.floor(2 * u[7]!)
    const middle = (shift === 0 ? side / 2 : 0) + crown + Math.floor((side / 2 - 2 * crown) * u[8]!)
    fill(middle, middle + 1, horizon - 2, horizon, tree)
    fill(middle - crown, middle + crown + 1, horizon - 2 - 2 * crown, horizon - 1, tree)
  }
  if (u[9]! < 0.6) {
    const [from, to] = [1 + Math.floor(5 * u[10]!), side - 1 - Math.floor(5 * u[11]!)]
    fill(from, to, Math.min(horizon + 2, side - 3), side - 1, water)
  }
}
