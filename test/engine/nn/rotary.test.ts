import { describe, expect, it } from 'vitest'
import { input } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { rotary, rotations } from '../../../src/engine/nn/index.ts'
import { distance, random } from './run.ts'

/** The same vector at every one of `places`, turned; `[places, features]`. */
function turned(vector: Float32Array, places: number, scale = 1): number[][] {
  const features = vector.length
  const x = Array.from({ length: places }, () => [...vector]).flat()
  const { data } = evaluate([rotary(input('x', [places, 1, features]), 1, scale)], { x })[0]!
  return Array.from({ length: places }, (_, p) => [...data].slice(p * features, (p + 1) * features))
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, each, i) => sum + each * b[i]!, 0)

describe('rotary positions', () => {
  const [q, k] = [random('q', 8), random('k', 8)]
  const [queries, keys] = [turned(q, 12), turned(k, 12)]

  it('give products that depend on the distance of the places only', () => {
    for (let apart = -4; apart <= 4; apart++) {
      const products = [4, 5, 7].map((place) => dot(queries[place]!, keys[place + apart]!))
      expect(
        distance(
          products,
          products.map(() => products[0]!),
        ),
      ).toBeLessThan(1e-5)
    }
    const far = [0, 1, 2, 5].map((apart) => dot(queries[0]!, keys[apart]!))
    expect(new Set(far.map((each) => each.toFixed(3))).size).toBe(4)
  })

  it('turn the plane of features i and i + d/2 by p · 10000^(−2i/d)', () => {
    const unit = turned(Float32Array.of(1, 0, 0, 0), 3)
    const second = turned(Float32Array.of(0, 1, 0, 0), 3)
    expect(distance(unit[2]!, [Math.cos(2), 0, Math.sin(2), 0])).toBeLessThan(1e-6)
    expect(distance(second[2]!, [0, Math.cos(0.02), 0, Math.sin(0.02)])).toBeLessThan(1e-6)
  })

  it('keep lengths, times the scale', () => {
    const length = (x: readonly number[]): number => Math.sqrt(dot(x, x))
    for (const each of turned(q, 9, 0.5)) expect(length(each)).toBeCloseTo(0.5 * length([...q]), 5)
    expect([...rotations(1, 4)]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, -0, 0, 1, 0, 0, -0, 0, 1])
  })

  it('turn every head and every item alike', () => {
    const [places, batch, heads, features] = [3, 2, 2, 4]
    const x = random('x', places * batch * heads * features)
    const { data, shape } = evaluate([rotary(input('x', [places, batch, heads * features]), heads)], { x })[0]!
    expect(shape).toEqual([places, batch * heads, features])
    for (let row = 0; row < batch * heads; row++) {
      const at = (2 * batch * heads + row) * features
      const alone = turned(x.slice(at, at + features), 3)[2]!
      expect([...data].slice(at, at + features)).toEqual(alone)
    }
  })

  it('are refused where their matrices would take gigabytes', () => {
    expect(() => rotary(input('x', [16, 1, 8000]), 1)).toThrow(/16 places and 8000 features to a head/)
  })
})
