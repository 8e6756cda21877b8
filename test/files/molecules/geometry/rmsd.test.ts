/** Distances of conformers: rotations, mirror images, symmetries of graphs against brute force. */
import { array, assert, double, integer, property, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { automorphismsOf } from '../../../../src/files/molecules/geometry/automorphisms.ts'
import { bestRmsd, bestSuperposed } from '../../../../src/files/molecules/geometry/best-rmsd.ts'
import { rmsd, superposed } from '../../../../src/files/molecules/geometry/superpose.ts'
import type { Molecule } from '../../../../src/files/molecules/molecule.ts'
import { nitromethaneMol, only, ring } from '../drawn-molecules.ts'

const coordinate = double({ min: -5, max: 5, noNaN: true })
const points = (count: number): ReturnType<typeof array<number>> =>
  array(coordinate, { minLength: 3 * count, maxLength: 3 * count })

/** A rotation by Euler's angles and a shift. */
function moved(x: ArrayLike<number>, [a, b, c]: readonly number[], shift: readonly number[], mirror = 1): Float32Array {
  const [ca, sa, cb, sb, cc, sc] = [a!, b!, c!].flatMap((each) => [Math.cos(each), Math.sin(each)]) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const out = new Float32Array(x.length)
  for (let i = 0; i < x.length; i += 3) {
    const [px, py, pz] = [mirror * x[i]!, x[i + 1]!, x[i + 2]!]
    const [qx, qy] = [ca * px - sa * py, sa * px + ca * py]
    const [ry, rz] = [cb * qy - sb * pz, sb * qy + cb * pz]
    out.set([cc * qx + sc * rz + shift[0]!, ry + shift[1]!, -sc * qx + cc * rz + shift[2]!], i)
  }
  return out
}

const turn = tuple(coordinate, coordinate, coordinate)

describe('rmsd', () => {
  it('is 0 for what is only turned and shifted, and so is what is laid over it', () => {
    assert(
      property(points(5), turn, turn, (x, angles, shift) => {
        const from = Float32Array.from(x)
        const to = moved(from, angles, shift)
        expect(rmsd(from, to)).toBeLessThan(2e-3)
        superposed(from, to).forEach((each, i) => expect(Math.abs(each - to[i]!)).toBeLessThan(5e-3))
      }),
      { numRuns: 50 },
    )
  })

  it('is divided by the number of points, not of coordinates', () => {
    // Two points, 2 and 4 apart: each is 1 off, so the root of (1 + 1) / 2.
    expect(rmsd(Float32Array.of(0, 0, 0, 2, 0, 0), Float32Array.of(0, 0, 0, 0, 4, 0))).toBeCloseTo(1, 6)
  })

  it('is what is left after superposition, is symmetric, and no rotation is nearer', () => {
    assert(
      property(points(6), points(6), turn, (a, b, angles) => {
        const [x, y] = [Float32Array.from(a), Float32Array.from(b)]
        const least = rmsd(x, y)
        const apart = (p: Float32Array, q: Float32Array): number =>
          Math.sqrt(p.reduce((sum, each, i) => sum + (each - q[i]!) ** 2, 0) / (p.length / 3))
        expect(apart(superposed(x, y), y)).toBeCloseTo(least, 3)
        expect(rmsd(y, x)).toBeCloseTo(least, 4)
        const centred = (p: Float32Array): Float32Array => {
          const mean = [0, 1, 2].map(
            (axis) => p.filter((_, i) => i % 3 === axis).reduce((sum, each) => sum + each, 0) / (p.length / 3),
          )
          return p.map((each, i) => each - mean[i % 3]!)
        }
        expect(apart(moved(centred(x), angles, [0, 0, 0]), centred(y))).toBeGreaterThan(least - 1e-3)
      }),
      { numRuns: 50 },
    )
  })

  it('tells mirror images apart unless reflections are allowed', () => {
    const hand = Float32Array.of(0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3)
    const other = moved(hand, [0.3, 1, 2], [1, 2, 3], -1)
    expect(rmsd(hand, other)).toBeGreaterThan(0.3)
    expect(rmsd(hand, other, { reflect: true })).toBeLessThan(1e-3)
    superposed(hand, other, { reflect: true }).forEach((each, i) => expect(each).toBeCloseTo(other[i]!, 4))
  })
})

/** A bare graph of atoms of one element. */
const graphOf = (
  size: number,
  pairs: readonly (readonly [number, number])[],
  numbers?: readonly number[],
): Molecule => ({
  atoms: Uint8Array.from({ length: size }, (_, i) => numbers?.[i] ?? 6),
  bonds: Int32Array.from(pairs.flatMap(([a, b]) => [a, b, 1])),
  conformers: [],
})

function permutations(count: number): number[][] {
  if (count === 0) return [[]]
  return permutations(count - 1).flatMap((rest) =>
    Array.from({ length: count }, (_, at) => [...rest.slice(0, at), count - 1, ...rest.slice(at)]),
  )
}

describe('automorphismsOf', () => {
  it('has as many as are known', () => {
    expect(automorphismsOf(ring(6)).maps.length).toBe(2 * 3) // benzene with single and double bonds drawn
    const benzene = { ...ring(6), bonds: ring(6).bonds.map((each, i) => (i % 3 === 2 && i < 18 ? 4 : each)) }
    expect(automorphismsOf(benzene).maps.length).toBe(12)
    const star = (arms: number): Molecule =>
      graphOf(
        arms + 1,
        Array.from({ length: arms }, (_, i) => [0, i + 1] as const),
      )
    expect(automorphismsOf(star(3)).maps.length).toBe(6) // tert-butyl, CF₃
    expect(automorphismsOf(star(4)).maps.length).toBe(24)
    expect(automorphismsOf(only(nitromethaneMol)).maps.length).toBe(2) // the oxygens of a nitro group
    const few = automorphismsOf(star(6), 100)
    expect([few.maps.length, few.complete]).toEqual([100, false])
    expect(automorphismsOf(star(4), 24).complete).toBe(true)
  })

  it('is what trying all permutations finds', () => {
    const graphs = tuple(
      integer({ min: 1, max: 6 }),
      array(tuple(integer({ min: 0, max: 5 }), integer({ min: 0, max: 5 })), { maxLength: 9 }),
      array(integer({ min: 6, max: 7 }), { minLength: 6, maxLength: 6 }),
    )
    assert(
      property(graphs, ([size, drawn, numbers]) => {
        const edges = new Map(
          drawn
            .filter(([a, b]) => a !== b && a < size && b < size)
            .map(([a, b]) => [`${Math.min(a, b)} ${Math.max(a, b)}`, [a, b] as const]),
        )
        const molecule = graphOf(size, [...edges.values()], numbers)
        const isEdge = (a: number, b: number): boolean => edges.has(`${Math.min(a, b)} ${Math.max(a, b)}`)
        const all = permutations(size).filter((map) =>
          map.every(
            (to, from) =>
              numbers[to] === numbers[from] && map.every((other, i) => isEdge(from, i) === isEdge(to, other)),
          ),
        )
        const found = automorphismsOf(molecule).maps.map((map) => map.join())
        expect(found.toSorted()).toEqual(all.map((map) => map.join()).toSorted())
        expect(found[0]).toBe(Array.from({ length: size }, (_, i) => i).join())
      }),
      { numRuns: 60 },
    )
  })
})

describe('bestRmsd', () => {
  it('does not see the names of like atoms', () => {
    const star = graphOf(
      5,
      [
        [0, 1],
        [0, 2],
        [0, 3],
        [0, 4],
      ],
      [6, 9, 9, 9, 17],
    )
    const symmetries = automorphismsOf(star)
    assert(
      property(points(5), turn, integer({ min: 0, max: 5 }), (x, angles, k) => {
        const from = Float32Array.from(x)
        const [a, b, c] = permutations(3)[k]!.map((each) => each + 1)
        const renamed = Float32Array.from([0, a!, b!, c!, 4].flatMap((atom) => x.slice(3 * atom, 3 * atom + 3)))
        expect(bestRmsd(symmetries, from, moved(renamed, angles, [1, 0, 2]))).toBeLessThan(2e-3)
        const other = Float32Array.from(x, (each, i) => each + Math.sin(i))
        const brute = Math.min(
          ...symmetries.maps.map((map) =>
            rmsd(from, Float32Array.from([...map].flatMap((atom) => [...other.subarray(3 * atom, 3 * atom + 3)]))),
          ),
        )
        expect(bestRmsd(symmetries, from, other)).toBeCloseTo(brute, 4)
        expect(bestSuperposed(symmetries, from, other).length).toBe(15)
      }),
      { numRuns: 30 },
    )
  })
})
