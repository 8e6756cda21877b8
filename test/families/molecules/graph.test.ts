/** What the network is told of a molecular graph. */
import { describe, expect, test } from 'vitest'
import { forEachPair, pairCount } from '../../../src/engine/nn/equivariant/index.ts'
import {
  atomFeatures,
  pairFeatures,
  writeAtoms,
  writePairs,
  writeSide,
} from '../../../src/families/molecules/graph/features.ts'
import { openCentres, openSides, signedVolume, stereoOf } from '../../../src/families/molecules/graph/stereo.ts'
import { topologyOf, unconnected } from '../../../src/families/molecules/graph/topology.ts'
import { diimide, ethane, handed, molecule, ring, water } from './small.ts'

describe('topology', () => {
  test('hops, rings and colours', () => {
    const { hops, rings, colours } = topologyOf(ethane)
    expect([hops[1], hops[5], hops[2 * 8 + 5]]).toEqual([1, 2, 3])
    expect(rings.every((size) => size === 0)).toBe(true)
    expect(new Set(colours).size).toBe(2)
    expect(topologyOf(ring).rings.every((size) => size === 3)).toBe(true)
    expect(new Set(topologyOf(handed).colours).size).toBe(7)
  })

  test('two pieces are not connected', () => {
    expect(topologyOf(molecule('two', [2, 2], [])).hops[1]).toBe(unconnected)
  })

  test('the smallest ring of fused ones', () => {
    // bicyclo[1.1.0]butane: two triangles with a side in common
    const bonds = [
      [0, 1, 1],
      [1, 2, 1],
      [2, 0, 1],
      [1, 3, 1],
      [3, 2, 1],
    ]
    const { rings } = topologyOf(molecule('fused', [6, 6, 6, 6], bonds))
    expect([rings[4 + 2], rings[3]]).toEqual([3, 0])
  })
})

describe('features', () => {
  test('do not depend on the order of atoms', () => {
    const order = [4, 2, 0, 7, 1, 3, 6, 5]
    const place = order.map((_, atom) => order.indexOf(atom))
    const bonds = Array.from({ length: handed.bonds.length / 3 }, (_, i) => [
      place[handed.bonds[3 * i]!]!,
      place[handed.bonds[3 * i + 1]!]!,
      handed.bonds[3 * i + 2]!,
    ])
    const other = molecule(
      'other',
      order.map((atom) => handed.atoms[atom]!),
      bonds,
    )
    const elements = [1, 6, 7, 8, 9]
    const width = atomFeatures(elements.length)
    const both = [handed, other].map((each) => {
      const [atoms, pairs] = [new Float32Array(9 * width), new Float32Array(pairCount(9) * pairFeatures)]
      writeAtoms(each, topologyOf(each), elements, atoms)
      writePairs(each, topologyOf(each), 9, pairs)
      const of = new Map<string, string>()
      forEachPair(9, (i, j, pair) =>
        of.set(`${i} ${j}`, pairs.slice(pair * pairFeatures, (pair + 1) * pairFeatures).join()),
      )
      return { atoms, of }
    })
    for (let atom = 0; atom < 8; atom++) {
      const at = place[atom]!
      expect(both[1]!.atoms.slice(at * width, (at + 1) * width)).toEqual(
        both[0]!.atoms.slice(atom * width, (atom + 1) * width),
      )
      for (let next = atom + 1; next < 8; next++) {
        const [low, high] = [Math.min(at, place[next]!), Math.max(at, place[next]!)]
        expect(both[1]!.of.get(`${low} ${high}`)).toBe(both[0]!.of.get(`${atom} ${next}`))
      }
    }
    // the ninth place is empty
    expect(both[0]!.atoms.slice(8 * width).every((value) => value === 0)).toBe(true)
    expect(both[0]!.of.get('0 8')).toBe(Array.from({ length: pairFeatures }, () => 0).join())
  })

  test('a side is marked at its pair, in either order', () => {
    const marked = (i: number, j: number): number[] => {
      const pairs = new Float32Array(pairCount(5) * pairFeatures)
      writeSide(5, i, j, 'cis', pairs)
      const found: number[] = []
      forEachPair(5, (a, b, pair) => {
        if (pairs.subarray(pair * pairFeatures, (pair + 1) * pairFeatures).includes(1)) found.push(a, b)
      })
      return found
    }
    expect([marked(1, 3), marked(4, 2)]).toEqual([
      [1, 3],
      [2, 4],
    ])
  })
})

describe('stereo', () => {
  test('four different neighbours can be oriented, equal ones cannot', () => {
    expect(openCentres(topologyOf(handed)).map(({ centre }) => centre)).toEqual([0])
    expect(openCentres(topologyOf(ethane))).toEqual([])
    expect(openCentres(topologyOf(water))).toEqual([])
  })

  test('neighbours that look alike can be oriented where a ring joins them', () => {
    // 1,3-difluorocyclobutane: F and F on one side, or on both
    const bonds = [
      [0, 1, 1],
      [1, 2, 1],
      [2, 3, 1],
      [3, 0, 1],
      [0, 4, 1],
      [0, 5, 1],
      [2, 6, 1],
      [2, 7, 1],
      [1, 8, 1],
      [1, 9, 1],
      [3, 10, 1],
      [3, 11, 1],
    ]
    const square = molecule('square', [6, 6, 6, 6, 9, 1, 9, 1, 1, 1, 1, 1], bonds)
    expect(openCentres(topologyOf(square)).map(({ centre }) => centre)).toEqual([0, 2])
  })

  test('the order of neighbours makes the volume positive; a reflection changes it', () => {
    const topology = topologyOf(handed)
    const [x] = handed.conformers
    const mirrored = x!.map((value, i) => (i % 3 === 0 ? -value : value))
    const [own] = stereoOf(topology, x!).orientations
    expect(signedVolume(x!, ...own!.neighbours)).toBeGreaterThan(0)
    expect(signedVolume(mirrored, ...own!.neighbours)).toBeLessThan(0)
    expect(stereoOf(topology, mirrored).orientations).not.toEqual(stereoOf(topology, x!).orientations)
  })

  test('sides of a double bond', () => {
    const topology = topologyOf(diimide)
    expect(openSides(topology)).toEqual([[2, 0, 1, 3]])
    const cis = Float32Array.of(0, 0, 0, 1.2, 0, 0, -0.5, 0.9, 0, 1.7, 0.9, 0)
    const trans = Float32Array.of(0, 0, 0, 1.2, 0, 0, -0.5, 0.9, 0, 1.7, -0.9, 0)
    expect(stereoOf(topology, cis).sides[0]!.side).toBe('cis')
    expect(stereoOf(topology, trans).sides[0]!.side).toBe('trans')
  })
})
