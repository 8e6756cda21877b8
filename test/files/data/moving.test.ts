import { describe, expect, it } from 'vitest'
import { builtinDataset } from '../../../src/files/data/index.ts'
import { movingPath, reflected } from '../../../src/files/data/builtin/moving.ts'
import { frameOf, fromNetwork, toNetwork } from '../../../src/files/data/frame.ts'
import { key } from '../../../src/engine/random/index.ts'

describe('moving pictures', () => {
  it('move with constant velocity between reflections', () => {
    const path = movingPath(key(4), 40, [12, 9])
    for (const [along, room, rate] of [
      [path.x, 12, path.velocity[0]],
      [path.y, 9, path.velocity[1]],
    ] as const) {
      expect([...along].every((place) => place >= 0 && place <= room)).toBe(true)
      const turns = along.slice(1).map((place, t) => Math.abs(Math.abs(place - along[t]!) - Math.abs(rate)))
      // only a step across an edge is shorter
      expect([...turns].filter((error) => error > 1e-9).length).toBeLessThan(20)
    }
    expect(Math.hypot(...path.velocity)).toBeGreaterThanOrEqual(0.8)
    expect(Math.hypot(...path.velocity)).toBeLessThanOrEqual(2)
    expect([-1, 0, 5, 11, 25].map((value) => reflected(value, 10))).toEqual([1, 0, 5, 9, 5])
    expect(reflected(3, 0)).toBe(0)
  })

  it('are built in: by seed and number alone, with their truth, and ink that goes where the truth says', () => {
    const set = builtinDataset('moving-digits', { length: 3, seed: 5 })
    const longer = builtinDataset('moving-digits', { length: 4, seed: 5 })
    expect(set.kind).toBe('video')
    expect(set.shape).toEqual([1, 16, 32, 32])
    expect([...longer.data.subarray(0, set.data.length)]).toEqual([...set.data])
    const motion = set.conditions!.motion!
    for (let i = 0; i < 3; i++) {
      const [, , vx, vy] = motion.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number]
      const centre = (t: number): readonly [number, number] => {
        let [mass, x, y] = [0, 0, 0]
        for (let p = 0; p < 1024; p++) {
          const ink = set.data[(i * 16 + t) * 1024 + p]!
          mass += ink
          x += ink * (p % 32)
          y += ink * Math.floor(p / 32)
        }
        return [x / mass, y / mass]
      }
      const [before, after] = [centre(0), centre(1)]
      expect(Math.abs(Math.abs(after[0] - before[0]) - Math.abs(vx))).toBeLessThan(2 * Math.abs(vx) + 0.1)
      expect(Math.abs(after[1] - before[1])).toBeLessThan(Math.abs(vy) + 0.1)
    }
  })

  it('come in colour, in other lengths, and only where videos are meant', () => {
    const set = builtinDataset('moving-shapes', { length: 1, frames: 5 })
    expect(set.shape).toEqual([3, 5, 32, 32])
    // the background stands still: the corners change with no frame
    const corner = (t: number): number => set.data[t * 1024]!
    expect(corner(4)).toBe(corner(0))
    expect(() => builtinDataset('moons', { frames: 4 })).toThrow(/`frames` is for videos/)
    expect(() => builtinDataset('moving-digits', { frames: 1 })).toThrow(/from 2 to 1024/)
  })

  it('are cut into patches frame by frame', () => {
    const frame = frameOf([1, 2, 3, 4], 2)
    expect(frame.network).toEqual([4, 2, 2, 2])
    const x = Float32Array.from({ length: 24 }, (_, i) => i)
    const seen = toNetwork(frame, x, new Float32Array(32))
    // channel 1 (the upper right pixel of a patch), second frame
    expect([...seen.subarray(12, 16)]).toEqual([13, 15, 21, 23])
    expect([...fromNetwork(frame, seen, new Float32Array(24))]).toEqual([...x])
  })
})
