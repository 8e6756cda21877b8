/**
 * Transforms of pictures at random, each with numbers that say what was done. They are those of EDM: Elucidating the Design Space of
 * Diffusion-Based Generative Models (Karras et al., 2022), appendix F.2, https://arxiv.org/abs/2206.00364
 */
import { cosTurns, fold, type Key, normal, sinTurns, uniform } from '../../../engine/random/index.ts'
import { type TransformName, transformNames } from '../options/transform-names.ts'
import { type Affine2, composed, still } from '../../../files/data/warp.ts'

/** What random numbers of an item there are: uniform ones in [0, 1), and normal ones. */
interface Drawn {
  readonly turns: number
  readonly x: number
  readonly y: number
}

/** What was done to a picture. */
interface Move {
  /** From places in the result to places in the picture. */
  readonly back: Affine2
  /** The numbers that the network is told. */
  readonly told: readonly number[]
}

/** A kind of transform. */
interface Kind {
  /** Where its numbers lie in what the network is told, and how many there are. */
  readonly from: number
  readonly move: (drawn: Drawn, width: number, height: number) => Move
}

const turned = (turns: number): Affine2 => {
  const [c, s] = [cosTurns(turns), sinTurns(turns)]
  return [c, s, 0, -s, c, 0]
}
const rotation = (turns: number): Move => ({ back: turned(turns), told: [cosTurns(turns) - 1, sinTurns(turns)] })

/** What each does. */
const kinds = Object.freeze({
  /** The mirror image, left to right. */
  mirror: { from: 0, move: () => ({ back: [-1, 0, 0, 0, 1, 0], told: [1] }) },
  /** Upside down. */
  'upside-down': { from: 1, move: () => ({ back: [1, 0, 0, 0, -1, 0], told: [1] }) },
  /** Larger or smaller by the factor 2^(0.2 n), n normal. */
  scale: {
    from: 2,
    move: ({ x }) => {
      const less = 2 ** (-0.2 * x)
      return { back: [less, 0, 0, 0, less, 0], told: [x] }
    },
  },
  /** Turned by any angle. */
  turn: { from: 3, move: ({ turns }) => rotation(turns - 0.5) },
  /** Turned a little: by 10° times a normal number. */
  tilt: { from: 3, move: ({ x }) => rotation(x / 36) },
  /** Longer by the factor 2^(0.2 n) in a direction at random, and shorter by it across. */
  stretch: {
    from: 5,
    move: ({ turns, x }) => {
      const along = 2 ** (-0.2 * x)
      const squeezed: Affine2 = [along, 0, 0, 0, 1 / along, 0]
      const back = composed(turned(-turns), composed(squeezed, turned(turns)))
      // a direction and its opposite are the same
      return { back, told: [x * cosTurns(2 * turns), x * sinTurns(2 * turns)] }
    },
  },
  /** Moved by whole pixels: an eighth of a side times a normal number, each way. */
  shift: {
    from: 7,
    move: ({ x, y }, width, height) => {
      const [right, down] = [Math.round((x * width) / 8), Math.round((y * height) / 8)]
      return { back: [1, 0, -right, 0, 1, -down], told: [(8 * right) / width, (8 * down) / height] }
    },
  },
} satisfies Readonly<Record<TransformName, Kind>>)

/** How many numbers a network is told. All are zero of a picture that is as it was. */
export const toldNumbers = 9

/** Draws of each kind: a chance, turns, and two normal numbers, always in the same places. */
const slots = transformNames.length

/**
 * What is done to the item at a position of the run: each transform with the same probability, one after another.
 *
 * @param position step · batch + place in the batch: nothing else counts but the key, so it is the same in any order and in any process
 * @param size the picture's height and width
 */
export function drawTransform(
  key: Key,
  position: number,
  { probability, transforms }: { readonly probability: number; readonly transforms: readonly TransformName[] },
  [height, width]: readonly [number, number],
): Move {
  const even = uniform(fold(key, 'even'), new Float64Array(2 * slots), 2 * slots * position)
  const normals = normal(fold(key, 'normal'), new Float64Array(2 * slots), 2 * slots * position)
  const told = Array.from({ length: toldNumbers }, () => 0)
  let back = still
  for (const [i, name] of transformNames.entries()) {
    if (!transforms.includes(name) || even[2 * i]! >= probability) continue
    const drawn = { turns: even[2 * i + 1]!, x: normals[2 * i]!, y: normals[2 * i + 1]! }
    const { from, move }: Kind = kinds[name]
    const made = move(drawn, width, height)
    // what comes later is undone first
    back = composed(back, made.back)
    made.told.forEach((value, at) => (told[from + at] = value))
  }
  return { back, told }
}
