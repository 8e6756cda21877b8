import { describe, expect, it, test } from 'vitest'
import { fold, key, uniform } from '../../../../src/engine/random/index.ts'
import { builtinDataset } from '../../../../src/files/data/builtin/index.ts'
import { solids } from '../../../../src/files/data/builtin/solid-surfaces.ts'
import { affineOf, denormalise, loadBatch } from '../../../../src/files/data/normalise.ts'
import { cloudDataset } from '../../../../src/files/data/clouds/cloud-dataset.ts'
import { randomRotation, rotate } from '../../../../src/files/data/clouds/rotation.ts'

type Point = readonly [number, number, number]

/** How far a point is from the surface: written anew from the equations of the solids, by their proportions a and b. */
const off: Readonly<Record<string, (p: Point, a: number, b: number) => number>> = {
  sphere: (p) => Math.hypot(...p) - 1,
  box: ([x, y, z], a, b) => Math.max(Math.abs(x) - (0.4 + 0.6 * a), Math.abs(y) - (0.4 + 0.6 * b), Math.abs(z) - 1),
  cylinder: ([x, y, z], a) => Math.max(Math.hypot(x, y) - (0.3 + 0.9 * a), Math.abs(z) - 1),
  cone: ([x, y, z], a) => Math.max(Math.hypot(x, y) - ((0.5 + 0.7 * a) * (1 - z)) / 2, -1 - z),
  torus: ([x, y, z], a) => Math.hypot(Math.hypot(x, y) - 1, z) - (0.2 + 0.3 * a),
  pyramid: ([x, y, z], a, b) => {
    const share = (1 - z) / 2
    return Math.max(Math.abs(x) / (0.6 + 0.4 * a) - share, Math.abs(y) / (0.6 + 0.4 * b) - share, -1 - z)
  },
  capsule: ([x, y, z], a) => Math.hypot(x, y, Math.max(0, Math.abs(z) - (0.6 + 1.4 * a))) - 1,
  prism: ([x, y, z], a) => {
    const side = (turn: number): number => x * Math.cos(turn) + y * Math.sin(turn) - 0.5
    const third = Math.PI / 3
    return Math.max(side(third), side(3 * third), side(5 * third), Math.abs(z) - (0.4 + 1.1 * a))
  },
}

describe.each(Object.keys(solids))('%s', (name) => {
  const [a, b] = [0.3, 0.8]
  const surface = solids[name as keyof typeof solids]([a, b])
  const u = uniform(key(name), new Float64Array(3 * 4000))
  const points = Array.from({ length: 4000 }, (_, i) => surface.at(u[3 * i]!, u[3 * i + 1]!, u[3 * i + 2]!))

  it('has all points on its surface, and none beyond its reach', () => {
    expect(Math.max(...points.map((p) => Math.abs(off[name]!(p, a, b))))).toBeLessThan(1e-9)
    expect(Math.max(...points.map((p) => Math.hypot(...p)))).toBeLessThan(surface.reach + 1e-9)
    expect(Math.max(...points.map((p) => Math.hypot(...p)))).toBeGreaterThan(0.9 * surface.reach)
  })

  it('has no side that is denser: halves by an axis of symmetry are alike', () => {
    const left = points.filter(([x]) => x > 0).length
    const right = points.filter(([, y]) => y > 0).length
    const sides = name === 'prism' ? [right] : [left, right]
    for (const count of sides) expect(Math.abs(count - 2000)).toBeLessThan(4.5 * Math.sqrt(1000))
  })
})

test('areas are exact: the shares of caps, sides and rings', () => {
  const share = (name: keyof typeof solids, inside: (p: Point) => boolean): number => {
    const surface = solids[name]([0.5, 0.5])
    const u = uniform(fold(key('areas'), name), new Float64Array(3 * 20_000))
    let hits = 0
    for (let i = 0; i < u.length; i += 3) if (inside(surface.at(u[i]!, u[i + 1]!, u[i + 2]!))) hits++
    return hits / 20_000
  }
  const near = (value: number, wanted: number): void => expect(Math.abs(value - wanted)).toBeLessThan(0.016)
  const r = 0.75
  near(
    share('cylinder', ([, , z]) => Math.abs(z) === 1),
    r / (r + 2),
  ) // 2πr² of 2πr² + 4πr
  near(
    share('cone', ([, , z]) => z === -1),
    0.85 / (0.85 + Math.hypot(0.85, 2)),
  )
  near(
    share('torus', ([x, y]) => Math.hypot(x, y) > 1),
    0.5 + 0.35 / Math.PI,
  ) // (π + 2e)/2π of the ring lies outside
  near(
    share('capsule', ([, , z]) => Math.abs(z) > 1.3),
    2 / (2 + 2 * 1.3),
  ) // 4π of 4π + 4πh
  near(
    share('sphere', ([, , z]) => z > 0.5),
    0.25,
  )
})

test('an item depends on its number and the seed alone', () => {
  const [few, many] = [3, 20].map((length) => builtinDataset('solids', { length, seed: 'a', points: 16 }))
  expect(Array.from(many!.data.subarray(0, few!.data.length))).toEqual(Array.from(few!.data))
  const finer = builtinDataset('solids', { length: 1, seed: 'a', points: 32 })
  expect(Array.from(finer.data.subarray(0, 48))).toEqual(Array.from(few!.data.subarray(0, 48)))
  expect(many!.classNames).toHaveLength(8)
  expect(Math.max(...many!.data.map(Math.abs))).toBeLessThanOrEqual(1)
})

test('rotations keep lengths and turn right hands into right hands', () => {
  const r = randomRotation(key(4))
  const axes = rotate(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), r)
  const [a, b, c] = [0, 3, 6].map((i) => Array.from(axes.subarray(i, i + 3))) as [number[], number[], number[]]
  const cross = [0, 1, 2].map((i) => a[(i + 1) % 3]! * b[(i + 2) % 3]! - a[(i + 2) % 3]! * b[(i + 1) % 3]!)
  cross.forEach((value, i) => expect(value).toBeCloseTo(c[i]!, 5))
  expect(Math.hypot(...a)).toBeCloseTo(1, 6)
})

test('clouds are seen around the mean of each column, in units of one scale, and come back', () => {
  const data = Float32Array.of(1, 10, 3, 12, 5, 14, 7, 16) // two clouds of two points in the plane
  const set = cloudDataset({ name: 'two', data, points: 2, coordinates: 2 })
  expect(set.shape).toEqual([2, 2])
  expect(set.affine).toEqual({ shift: [4, 13], scale: [Math.sqrt(5), Math.sqrt(5)] })
  expect(affineOf(set).shift).toEqual([4, 13, 4, 13])
  const seen = loadBatch(set, [0, 1], new Float32Array(8))
  expect(Array.from(seen, (x) => Number((x * Math.sqrt(5)).toFixed(5)))).toEqual([-3, -3, -1, -1, 1, 1, 3, 3])
  const back = denormalise(set, seen)
  back.forEach((value, i) => expect(value).toBeCloseTo(data[i]!, 5))
  expect(() => cloudDataset({ name: 'x', data, points: 1, coordinates: 2 })).toThrow('at least 2')
})

test('digits as points lie where the ink is', () => {
  const clouds = builtinDataset('digit-clouds', { length: 4, points: 40 })
  expect(clouds.shape).toEqual([40, 2])
  expect(clouds.classNames).toHaveLength(10)
  expect(Math.max(...clouds.data.map(Math.abs))).toBeLessThan(1)
})
