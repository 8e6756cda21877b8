import { describe as suite, expect, it } from 'vitest'
import {
  builtinDataset,
  builtinNames,
  describe,
  isBuiltinName,
  take,
  type ArrayDataset,
} from '../../../src/files/data/index.ts'

const make = (name: string, options = {}) => {
  if (!isBuiltinName(name)) throw new Error(name)
  return builtinDataset(name, options)
}

suite.each(builtinNames)('%s', (name) => {
  // a flow takes its time
  const length = name === 'kolmogorov' ? 12 : 300
  const set = make(name, { length })

  it('is the same for the same seed, and another for another', () => {
    const equal = (other: ArrayDataset) => other.data.every((v, i) => v === set.data[i])
    expect(equal(make(name, { length, seed: 0 }))).toBe(true)
    expect(equal(make(name, { length, seed: 'other' }))).toBe(false)
  })

  it('begins with the shorter set', () => {
    const short = make(name, { length: 7 })
    expect(take(set, 7).data).toEqual(short.data)
    expect(take(set, 7).labels).toEqual(short.labels)
  })

  it('has every class, about as often', () => {
    const { classCounts = [] } = describe(set)
    expect(classCounts.length).toBe(set.classNames?.length ?? 0)
    for (const count of classCounts) expect(count).toBeGreaterThan(300 / classCounts.length / 2)
  })

  it.each([0, -1, 1.5, 1e9, Number.NaN])('refuses the length %s', (length) => {
    expect(() => make(name, { length })).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})

suite('glyphs', () => {
  const set = make('glyphs', { length: 1500 })
  const item = (i: number) => Float64Array.from(set.data.subarray(i * 784, (i + 1) * 784))

  it('have the look of MNIST: 28 × 28, mostly black, empty margin, ink in the middle', () => {
    expect(set.shape).toEqual([1, 28, 28])
    const summary = describe(set)
    // MNIST: mean 33.3, standard deviation 78.6.
    expect(summary.mean[0]).toBeGreaterThan(22)
    expect(summary.mean[0]).toBeLessThan(45)
    expect(summary.std[0]).toBeGreaterThan(60)
    expect(summary.std[0]).toBeLessThan(95)
    for (let i = 0; i < 200; i++) {
      const ink = item(i)
      const total = ink.reduce((a, b) => a + b)
      expect(Math.max(...ink)).toBeGreaterThan(180)
      const centre = ink.reduce((sum, v, p) => sum + v * ((p % 28) + 0.5), 0) / total
      expect(Math.abs(centre - 14)).toBeLessThan(2.5)
      const border = ink.reduce((sum, v, p) => sum + (p < 28 || p >= 756 || p % 28 === 0 || p % 28 === 27 ? v : 0), 0)
      expect(border / total).toBeLessThan(0.005)
    }
  })

  it('can be told apart: the nearest neighbour has the same digit, and no two are equal', () => {
    let right = 0
    for (let i = 0; i < 80; i++) {
      const a = item(i)
      let [best, nearest] = [Infinity, -1]
      for (let j = 80; j < 1500; j++) {
        let d = 0
        for (let p = 0; p < 784; p++) d += (a[p]! - set.data[j * 784 + p]!) ** 2
        if (d < best) [best, nearest] = [d, j]
      }
      expect(best).toBeGreaterThan(0)
      if (set.labels![nearest] === set.labels![i]) right += 1
    }
    expect(right / 80).toBeGreaterThan(0.85)
    expect(right / 80).toBeLessThanOrEqual(1)
  })
})

suite('shapes', () => {
  it('are RGB, and the figure stands out from the corners', () => {
    const set = make('shapes', { length: 200 })
    expect(set).toMatchObject({ kind: 'image', shape: [3, 32, 32] })
    for (let i = 0; i < 200; i++) {
      const pixel = (p: number) => [0, 1, 2].map((c) => set.data[i * 3072 + c * 1024 + p]!)
      const away = (a: number[], b: number[]) => Math.max(...a.map((v, c) => Math.abs(v - b[c]!)))
      const furthest = Math.max(...Array.from({ length: 1024 }, (_, p) => away(pixel(p), pixel(0))))
      expect(furthest).toBeGreaterThan(40)
    }
  })
})

suite('densities', () => {
  const pointsOf = (set: ArrayDataset) =>
    Array.from({ length: set.length }, (_, i) => ({ x: set.data[2 * i]!, y: set.data[2 * i + 1]!, k: set.labels?.[i] }))
  const points = (name: string) => pointsOf(make(name, { length: 4000 }))

  it('eight-gaussians: each class around its centre, σ = 0.2', () => {
    for (let k = 0; k < 8; k++) {
      const mode = points('eight-gaussians').filter((p) => p.k === k)
      const centre = [2 * Math.cos((Math.PI * k) / 4), 2 * Math.sin((Math.PI * k) / 4)] as const
      const variance =
        mode.reduce((sum, p) => sum + (p.x - centre[0]) ** 2 + (p.y - centre[1]) ** 2, 0) / mode.length / 2
      expect(variance).toBeGreaterThan(0.03)
      expect(variance).toBeLessThan(0.05)
    }
  })

  it('circles: radius 1 and ½', () => {
    for (const { x, y, k } of points('circles'))
      expect(Math.abs(Math.hypot(x, y) - (k === 0 ? 1 : 0.5))).toBeLessThan(0.25)
  })

  it('moons: the upper one on its circle, the lower one on its own', () => {
    for (const { x, y, k } of points('moons')) {
      const radius = k === 0 ? Math.hypot(x, y) : Math.hypot(x - 1, y - 0.5)
      expect(Math.abs(radius - 1)).toBeLessThan(0.5)
    }
  })

  it('checkerboard: dark squares only, all eight of them', () => {
    const squares = new Set(points('checkerboard').map(({ x, y }) => `${Math.floor(x)} ${Math.floor(y)}`))
    expect(squares.size).toBe(8)
    for (const square of squares) {
      const [column, row] = square.split(' ').map(Number)
      expect(Math.abs((column! + row!) % 2)).toBe(0)
    }
  })

  it('swiss-roll: the radius is the angle', () => {
    for (const { x, y } of points('swiss-roll')) {
      const turns = Math.atan2(y, x) / (2 * Math.PI)
      const rest = Math.hypot(x, y) - turns
      expect(Math.abs(rest - Math.round(rest))).toBeLessThan(0.3)
    }
  })

  it('pinwheel: turning by a fifth takes one arm to the next', () => {
    const centre = (k: number) => {
      const arm = points('pinwheel').filter((p) => p.k === k)
      return { x: arm.reduce((sum, p) => sum + p.x, 0), y: arm.reduce((sum, p) => sum + p.y, 0) }
    }
    const angle = (k: number) => Math.atan2(centre(k).y, centre(k).x) / (2 * Math.PI)
    for (let k = 0; k < 5; k++) {
      const turn = angle((k + 1) % 5) - angle(k)
      expect(Math.abs(turn - Math.floor(turn) - 0.2)).toBeLessThan(0.02)
    }
  })
})
