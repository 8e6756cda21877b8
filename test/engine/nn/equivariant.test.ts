/** The network over atoms: turned, moved, reordered, reflected, padded; what moves it. */
import { describe, expect, test } from 'vitest'
import { gradients, input, square, sum } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { conditionArrays, conditionInputs } from '../../../src/engine/nn/condition-spec.ts'
import { equivariantNetwork, forEachPair, pairCount, placesOfCentre } from '../../../src/engine/nn/equivariant/index.ts'
import { networkFromConfig, parametersOf, Scope } from '../../../src/engine/nn/index.ts'
import type { Network } from '../../../src/engine/nn/index.ts'
import { distance, parameterFeeds, random, shaken } from './run.ts'

const sizes = { atom_features: 3, pair_features: 2, width: 8, pair_width: 6, layers: 2, references: 2 }
const [count, places] = [6, 7]
const network = equivariantNetwork({ ...sizes, atoms: places, centres: 2 })
const flat = shaken(network)
const kinds = random('kinds', 3 * count)
const bonds = random('bonds', 2 * count * count)
const quadruples = [
  [0, 1, 2, 3, 4],
  [5, 3, 0, 1, 2],
]
/** Positions without a mean, at about the distances of bonds. */
const positions = centred(random('positions', 3 * count).map((x) => 1.3 * x))

function centred(x: Float32Array): Float32Array {
  const n = x.length / 3
  const mean = [0, 1, 2].map((axis) => x.reduce((total, value, i) => total + (i % 3 === axis ? value / n : 0), 0))
  return x.map((value, i) => value - mean[i % 3]!)
}

/** An answer for atoms in another order, with prescribed orientations in this order of neighbours. */
function answer(
  x: Float32Array,
  { order = [0, 1, 2, 3, 4, 5], of = network, noise = 0.4, swap = false, room = places } = {},
): Float32Array {
  const arrays = conditionArrays(of.conditions, 1)
  const padded = new Float32Array(3 * room)
  order.forEach((atom, i) => {
    padded.set(x.subarray(3 * atom, 3 * atom + 3), 3 * i)
    arrays['atoms']!.set([1, ...kinds.subarray(3 * atom + 1, 3 * atom + 3)], 3 * i)
  })
  forEachPair(room, (i, j, pair) => {
    if (j >= count) return
    const [a, b] = [order[i]!, order[j]!].toSorted((one, other) => one - other) as [number, number]
    arrays['pairs']!.set([1, bonds[2 * (a * count + b)]!], 2 * pair)
  })
  quadruples.forEach(([a, b, c, d, centre], k) => {
    const neighbours = swap ? [b, a, c, d, centre] : [a, b, c, d, centre]
    neighbours.forEach((atom, place) => {
      if (arrays['centres']) arrays['centres'][(k * placesOfCentre + place) * room + order.indexOf(atom!)] = 1
    })
  })
  const y = of.build(new Scope(), {
    x: input('x', [1, room, 3]),
    t: input('t', [1]),
    conditions: conditionInputs(of.conditions, 1),
  })
  const feeds = { ...parameterFeeds(parametersOf(of), flat), ...arrays, x: padded, t: [250 * Math.log(noise)] }
  return Float32Array.from(evaluate([y], feeds)[0]!.data)
}

/** The angles and the axis of a proper rotation. */
const turn = rotation(0.7, 0.4, -1.1)

function rotation(a: number, b: number, c: number): (x: Float32Array) => Float32Array {
  const [sa, ca, sb, cb, sc, cc] = [a, b, c].flatMap((angle) => [Math.sin(angle), Math.cos(angle)]) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const rows = [
    [ca * cb, ca * sb * sc - sa * cc, ca * sb * cc + sa * sc],
    [sa * cb, sa * sb * sc + ca * cc, sa * sb * cc - ca * sc],
    [-sb, cb * sc, cb * cc],
  ]
  return (x) =>
    x.map((_, i) => {
      const row = rows[i % 3]!
      const at = i - (i % 3)
      return row[0]! * x[at]! + row[1]! * x[at + 1]! + row[2]! * x[at + 2]!
    })
}

const mirror = (x: Float32Array): Float32Array => x.map((value, i) => (i % 3 === 0 ? -value : value))

describe.each([0.02, 0.4, 8])('at noise %s', (noise) => {
  const plain = answer(positions, { noise })

  test('it answers something, in atoms only, without a mean', () => {
    expect(Math.max(...plain.map(Math.abs))).toBeGreaterThan(0.1)
    expect(plain.subarray(3 * count).every((value) => value === 0)).toBe(true)
    for (const axis of [0, 1, 2]) {
      expect(Math.abs(plain.reduce((total, x, i) => total + (i % 3 === axis ? x : 0), 0))).toBeLessThan(1e-5)
    }
  })

  test('turned positions give turned answers', () => {
    expect(distance(answer(turn(positions), { noise }), turn(plain))).toBeLessThan(1e-5)
  })

  test('another order of atoms gives the answers in that order', () => {
    const order = [3, 0, 5, 1, 4, 2]
    const other = answer(positions, { noise, order })
    order.forEach((atom, i) => {
      expect(distance(other.subarray(3 * i, 3 * i + 3), plain.subarray(3 * atom, 3 * atom + 3))).toBeLessThan(1e-5)
    })
  })

  test('a reflection gives reflected answers if orientations are those of the mirror image, and others if not', () => {
    expect(distance(answer(mirror(positions), { noise, swap: true }), mirror(plain))).toBeLessThan(1e-5)
    expect(distance(answer(mirror(positions), { noise }), mirror(plain))).toBeGreaterThan(1e-3)
  })

  test('more room changes nothing: the same weights fit', () => {
    const larger = equivariantNetwork({ ...sizes, atoms: places + 3, centres: 4 })
    const other = answer(positions, { noise, of: larger, room: places + 3 })
    expect(distance(other.subarray(0, 3 * count), plain.subarray(0, 3 * count))).toBeLessThan(1e-6)
  })
})

test('moves do not depend on where the atoms are: only what is skipped does', () => {
  const skip = 0.4 / (1.4 + Math.hypot(0.4, 1.4))
  const shift = positions.map((x, i) => x + [0.5, -1, 2][i % 3]!)
  const moved = (x: Float32Array): Float32Array =>
    answer(x)
      .subarray(0, 3 * count)
      .map((y, i) => y - skip * x[i]!)
  expect(distance(moved(shift), moved(positions))).toBeLessThan(2e-5)
})

test('without centres a reflection cannot be told', () => {
  const blind = equivariantNetwork({ ...sizes, atoms: places })
  const own = (x: Float32Array): Float32Array => {
    const arrays = conditionArrays(blind.conditions, 1)
    const feeds = { ...arrays, ...parameterFeeds(parametersOf(blind), shaken(blind)), x, t: [0] }
    arrays['pairs']!.fill(1)
    return Float32Array.from(evaluate([built(blind, 1)], feeds)[0]!.data)
  }
  const x = random('all', 3 * places)
  expect(distance(own(mirror(x)), mirror(own(x)))).toBeLessThan(1e-5)
})

function built(of: Network, batch: number) {
  return of.build(new Scope(), {
    x: input('x', [batch, ...of.inputShape]),
    t: input('t', [batch]),
    conditions: conditionInputs(of.conditions, batch),
  })
}

test('every parameter has a gradient', () => {
  const scope = new Scope()
  const conditions = conditionInputs(network.conditions, 1)
  const y = network.build(scope, { x: input('x', [1, places, 3]), t: input('t', [1]), conditions })
  const layout = parametersOf(network)
  const wanted = layout.specs.map(({ name, shape, init }) => scope.parameter(name, shape, init))
  const arrays = conditionArrays(network.conditions, 1)
  for (const [name, array] of Object.entries(arrays)) array.set(random(name, array.length))
  const feeds = { ...arrays, ...parameterFeeds(layout, flat), x: random('x', 3 * places), t: [-100] }
  const slopes = evaluate(gradients(sum(square(y)), wanted), feeds)
  // of the last round only moves are used, and what led to them
  const idle = layout.specs.filter((_, i) => Array.from(slopes[i]!.data).every((slope) => slope === 0))
  expect(idle.every(({ name }) => /^layers\.1\.(mlp|pair\.)/.test(name))).toBe(true)
})

test('it is known by name, and refuses what makes no sense', () => {
  expect(networkFromConfig('EquivariantGraphNetwork', network.config).inputShape).toEqual([places, 3])
  expect(() => equivariantNetwork({ ...sizes, atoms: 0 })).toThrow('atoms is 0')
  expect(() => equivariantNetwork({ ...sizes, atoms: 100_000 })).toThrow('at most 512')
  expect(() => equivariantNetwork({ ...sizes, atoms: places, references: 4_000_000 })).toThrow('at most 1000')
  expect(pairCount(29)).toBe(406)
})
