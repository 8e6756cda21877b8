/** Attention with a bias: keys that are left out, and keys that count in part. */
import { expect, test } from 'vitest'
import { input } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { attention, causalBias, maskBias } from '../../../src/engine/nn/attention.ts'
import { distance, random } from './run.ts'

const [q, k, v] = [random('q', 2 * 3 * 4), random('k', 2 * 5 * 4), random('v', 2 * 5 * 4)]

/** Attention by loops; `seen` multiplies the weight of a key before they sum to 1. */
function plain(heads: number, seen: (item: number, place: number, key: number) => number): number[] {
  const size = 4 / heads
  const out: number[] = []
  for (let item = 0; item < 2; item++) {
    for (let place = 0; place < 3; place++) {
      for (let i = 0; i < 4; i++) {
        const first = Math.floor(i / size) * size
        const weights = [0, 1, 2, 3, 4].map((other) => {
          const each = Array.from(
            { length: size },
            (_, j) => q[(item * 3 + place) * 4 + first + j]! * k[(item * 5 + other) * 4 + first + j]!,
          )
          return seen(item, place, other) * Math.exp(each.reduce((a, b) => a + b) / Math.sqrt(size))
        })
        const total = weights.reduce((a, b) => a + b)
        out.push(weights.reduce((sum, weight, other) => sum + (weight / total) * v[(item * 5 + other) * 4 + i]!, 0))
      }
    }
  }
  return out
}

const build = (heads: number, bias: Parameters<typeof attention>[4]) =>
  attention(input('q', [2, 3, 4]), input('k', [2, 5, 4]), input('v', [2, 5, 4]), heads, bias)

test.each([1, 2])('flags multiply the weights of keys (%i heads)', (heads) => {
  const flags = Float32Array.of(1, 0, 0.25, 1, 0, 0, 0, 0, 1, 1e-9)
  const y = build(heads, { bias: maskBias(input('flags', [2, 5])) })
  const [{ data }] = evaluate([y], { q, k, v, flags })
  expect(
    distance(
      data,
      plain(heads, (item, _, other) => (flags[item * 5 + other]! <= 1e-6 ? 0 : flags[item * 5 + other]!)),
    ),
  ).toBeLessThan(1e-6)
})

test('where no key is left, all count alike', () => {
  const y = build(2, { bias: maskBias(input('flags', [2, 5])) })
  const [{ data }] = evaluate([y], { q: new Float32Array(24), k, v, flags: new Float32Array(10) })
  expect(
    distance(
      data,
      plain(2, () => 1).map((_, i) =>
        [0, 1, 2, 3, 4].reduce((sum, other) => sum + v[(Math.floor(i / 12) * 5 + other) * 4 + (i % 4)]! / 5, 0),
      ),
    ),
  ).toBeLessThan(1e-6)
})

test.each([1, 2])('a place sees itself and those before it (%i heads)', (heads) => {
  const [x, w] = [random('x', 2 * 5 * 4), random('w', 2 * 5 * 4)]
  const own = attention(input('x', [2, 5, 4]), input('x', [2, 5, 4]), input('w', [2, 5, 4]), heads, {
    bias: causalBias(5),
  })
  const [{ data: first }] = evaluate([own], { x, w })
  const changed = w.map((value, i) => (i % 20 >= 12 ? value + 1 : value))
  const [{ data: second }] = evaluate([own], { x, w: changed })
  for (let i = 0; i < 40; i++) {
    if (i % 20 < 12) expect(second[i]).toBe(first[i])
    else expect(second[i]).not.toBe(first[i])
  }
  // the first place sees nothing but itself
  expect(distance(first.slice(0, 4), w.slice(0, 4))).toBeLessThan(1e-6)
})
