/** A molecule as balls and sticks in space, seen from its broadest side. */
import { kekulised } from '../../molecules/aromatic.ts'
import { covalentRadius } from '../../molecules/elements.ts'
import { diagonalise } from '../../molecules/geometry/superpose.ts'
import { type Molecule, neighboursOf } from '../../molecules/molecule.ts'
import type { Rgb } from '../../io/raster.ts'
import { elementColour } from './colours.ts'

/** A ball: z points to the viewer. All lengths in ångström. */
export interface Ball {
  readonly x: number
  readonly y: number
  readonly z: number
  readonly radius: number
  readonly colour: Rgb
}

/** A stick with round ends, of one colour. */
export interface Stick {
  readonly from: readonly [number, number, number]
  readonly to: readonly [number, number, number]
  readonly radius: number
  readonly colour: Rgb
}

/** What is drawn. */
export interface MoleculeScene {
  readonly balls: readonly Ball[]
  readonly sticks: readonly Stick[]
}

/** Radii of sticks by how many lie beside each other, and how far apart their axes are. */
const sticksOf: Readonly<Record<number, { readonly radius: number; readonly apart: number }>> = {
  1: { radius: 0.12, apart: 0 },
  2: { radius: 0.075, apart: 0.22 },
  3: { radius: 0.06, apart: 0.2 },
}

/**
 * Balls and sticks of a conformer. Balls have a share of their covalent radii and a little more; bonds are sticks of two colours that meet in the
 * middle, one for each order. The sticks of a double bond lie in the plane of its neighbours.
 *
 * @param positions already turned ({@link turned})
 */
export function sceneOf(
  molecule: Pick<Molecule, 'atoms' | 'bonds' | 'charges'>,
  positions: Float32Array,
): MoleculeScene {
  const { atoms } = molecule
  const { bonds } = kekulised(molecule) ?? molecule
  const around = neighboursOf(molecule)
  const place = (atom: number): [number, number, number] => [
    positions[3 * atom]!,
    positions[3 * atom + 1]!,
    positions[3 * atom + 2]!,
  ]
  const balls = Array.from(atoms, (number, atom) => {
    const [x, y, z] = place(atom)
    return { x, y, z, radius: 0.14 + 0.38 * covalentRadius(number), colour: elementColour(number) }
  })
  const sticks: Stick[] = []
  for (let i = 0; i < bonds.length; i += 3) {
    const [a, b] = [bonds[i]!, bonds[i + 1]!]
    const order = bonds[i + 2]! > 3 ? 1 : bonds[i + 2]!
    const { radius, apart } = sticksOf[order]!
    const [p, q] = [place(a), place(b)]
    const axis = unit(minus(q, p))
    const side = sideOf(
      axis,
      p,
      [...around[a]!, ...around[b]!].flatMap(([atom]) => (atom === a || atom === b ? [] : [place(atom)])),
    )
    for (let k = 0; k < order; k++) {
      const shift = (k - (order - 1) / 2) * apart
      const at = (end: readonly number[]): [number, number, number] =>
        [0, 1, 2].map((axis) => end[axis]! + shift * side[axis]!) as [number, number, number]
      const [from, to] = [at(p), at(q)]
      const middle = [0, 1, 2].map((axis) => (from[axis]! + to[axis]!) / 2) as [number, number, number]
      sticks.push({ from, to: middle, radius, colour: elementColour(atoms[a]!) })
      sticks.push({ from: to, to: middle, radius, colour: elementColour(atoms[b]!) })
    }
  }
  return { balls, sticks }
}

type Vector = readonly [number, number, number]
const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

function unit(v: Vector): Vector {
  const length = Math.hypot(...v) || 1
  return [v[0] / length, v[1] / length, v[2] / length]
}

/** Across a bond, towards its neighbours; where they lie in line with it, across the view. */
function sideOf(axis: Vector, from: Vector, neighbours: readonly Vector[]): Vector {
  for (const each of neighbours) {
    const away = minus(each, from)
    const along = dot(away, axis)
    const side: Vector = [away[0] - along * axis[0], away[1] - along * axis[1], away[2] - along * axis[2]]
    if (Math.hypot(...side) > 0.3) return unit(side)
  }
  return Math.hypot(axis[0], axis[1]) < 0.1 ? [1, 0, 0] : unit([-axis[1], axis[0], 0])
}

/**
 * The turn that shows a conformer from its broadest side, longest side across: its principal axes. By rows; a rotation, never a mirror image.
 */
export function broadestView(positions: Float32Array): Float64Array {
  const count = positions.length / 3
  const mean = [0, 1, 2].map((axis) => positions.reduce((sum, each, i) => sum + (i % 3 === axis ? each : 0), 0) / count)
  const spread = new Float64Array(9)
  for (let i = 0; i < positions.length; i += 3) {
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) spread[3 * a + b]! += (positions[i + a]! - mean[a]!) * (positions[i + b]! - mean[b]!)
    }
  }
  const vectors = diagonalise(spread, 3)
  const [x, y] = [0, 1, 2].toSorted((a, b) => spread[4 * b]! - spread[4 * a]!)
  const row = (column: number): Vector => [vectors[column]!, vectors[3 + column]!, vectors[6 + column]!]
  const [u, v] = [row(x!), row(y!)]
  const w: Vector = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
  // A little from above and from the side, so that what lies behind is not hidden.
  return multiplied(tilt, Float64Array.of(...u, ...v, ...w))
}

/** Turns by some degrees about the upright axis, then about the one across. */
const tilt = ((): Float64Array => {
  const [a, b] = [0.35, 0.3]
  const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)]
  return Float64Array.of(ca, 0, sa, sb * sa, cb, -sb * ca, -cb * sa, sb, cb * ca)
})()

function multiplied(a: Float64Array, b: Float64Array): Float64Array {
  return Float64Array.from({ length: 9 }, (_, i) => {
    const [row, column] = [Math.floor(i / 3), i % 3]
    return a[3 * row]! * b[column]! + a[3 * row + 1]! * b[3 + column]! + a[3 * row + 2]! * b[6 + column]!
  })
}

/** Positions round their middle, turned. */
export function turned(positions: Float32Array, rotation: Float64Array): Float32Array {
  const count = positions.length / 3
  const mean = [0, 1, 2].map((axis) => positions.reduce((sum, each, i) => sum + (i % 3 === axis ? each : 0), 0) / count)
  return positions.map((_, i) => {
    const [atom, row] = [Math.floor(i / 3), i % 3]
    let sum = 0
    for (let axis = 0; axis < 3; axis++) sum += rotation[3 * row + axis]! * (positions[3 * atom + axis]! - mean[axis]!)
    return sum
  })
}
