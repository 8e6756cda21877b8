/** Densities in the plane: small sets whose samples can be judged by eye, and trained on in seconds. */
import { cosTurns, fold, normal, sinTurns, uniform, type Key } from '../../../engine/random/index.ts'
import type { ArrayDataset } from '../dataset.ts'
import { pointsDataset } from '../points-dataset.ts'
import type { DensityName } from './names.ts'

/** One point: from two standard normals z and four uniforms u, the coordinates and the class. */
type Sampler = (z: Float64Array, u: Float64Array) => readonly [x: number, y: number, label: number]

interface Density {
  readonly sample: Sampler
  readonly classNames?: readonly string[]
}

/** The densities by name. */
const densities: Readonly<Record<DensityName, Density>> = {
  /** eight Gaussians, σ = 0.2, on a circle of radius 2 */
  'eight-gaussians': {
    classNames: [...'01234567'],
    sample: (z, u) => {
      const k = Math.floor(8 * u[0]!)
      return [2 * cosTurns(k / 8) + 0.2 * z[0]!, 2 * sinTurns(k / 8) + 0.2 * z[1]!, k]
    },
  },
  /** two interlocking half circles, σ = 0.1 */
  moons: {
    classNames: ['upper', 'lower'],
    sample: (z, u) => {
      const k = Math.floor(2 * u[0]!)
      const [x, y] = [cosTurns(u[1]! / 2), sinTurns(u[1]! / 2)]
      return k === 0 ? [x + 0.1 * z[0]!, y + 0.1 * z[1]!, 0] : [1 - x + 0.1 * z[0]!, 0.5 - y + 0.1 * z[1]!, 1]
    },
  },
  /** a spiral of one and a half turns, radius growing with the angle, σ = 0.05 */
  'swiss-roll': {
    sample: (z, u) => {
      const turns = 0.75 + 1.5 * u[0]!
      return [turns * cosTurns(turns) + 0.05 * z[0]!, turns * sinTurns(turns) + 0.05 * z[1]!, 0]
    },
  },
  /** the dark squares of a 4 × 4 board, [−2, 2]² */
  checkerboard: {
    sample: (_z, u) => {
      const square = Math.floor(8 * u[0]!)
      const row = square >> 1
      const column = 2 * (square & 1) + (row & 1)
      return [column - 2 + u[1]!, row - 2 + u[2]!, 0]
    },
  },
  /** five arms that bend more the farther out */
  pinwheel: {
    classNames: [...'01234'],
    sample: (z, u) => {
      const k = Math.floor(5 * u[0]!)
      const [along, across] = [1 + 0.3 * z[0]!, 0.1 * z[1]!]
      const turns = k / 5 + 0.2 * along
      const [c, s] = [cosTurns(turns), sinTurns(turns)]
      return [along * c - across * s, along * s + across * c, k]
    },
  },
  /** two circles of radius 1 and ½, σ = 0.05 */
  circles: {
    classNames: ['outer', 'inner'],
    sample: (z, u) => {
      const k = Math.floor(2 * u[0]!)
      const radius = k === 0 ? 1 : 0.5
      return [radius * cosTurns(u[1]!) + 0.05 * z[0]!, radius * sinTurns(u[1]!) + 0.05 * z[1]!, k]
    },
  },
}

export type { DensityName } from './names.ts'

/** Draws `length` points. Point i depends on (key, i) only. */
export function densityDataset(name: DensityName, length: number, key: Key): ArrayDataset {
  const density = densities[name]
  const z = normal(fold(key, 'normal'), new Float64Array(2 * length))
  const u = uniform(fold(key, 'uniform'), new Float64Array(4 * length))
  const data = new Float32Array(2 * length)
  const labels = new Int32Array(length)
  for (let i = 0; i < length; i++) {
    const [x, y, label] = density.sample(z.subarray(2 * i, 2 * i + 2), u.subarray(4 * i, 4 * i + 4))
    data[2 * i] = x
    data[2 * i + 1] = y
    labels[i] = label
  }
  const { classNames } = density
  return pointsDataset({ name, data, columns: 2, labels: classNames && labels, classNames })
}
