import { assert, integer, property } from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { networkFromConfig, parametersOf, setTransformer } from '../../../src/engine/nn/index.ts'
import { key, permutation } from '../../../src/engine/random/index.ts'
import { distance, random, runNetwork, shaken } from './run.ts'

const [n, d] = [7, 3]
const small = { input_shape: [n, d], hidden_size: 8, num_layers: 2, num_attention_heads: 2, num_class_embeds: 3 }

/** Two sets with their points in other places: row i of item j comes from row `orders[j][i]`. */
function shuffled(values: ArrayLike<number>, orders: readonly ArrayLike<number>[]): Float32Array {
  return Float32Array.from({ length: values.length }, (_, at) => {
    const [item, row] = [Math.floor(at / (n * d)), Math.floor(at / d) % n]
    return values[(item * n + orders[item]![row]!) * d + (at % d)]!
  })
}

describe.each([0, 4])('a set transformer with %i inducing points', (num_inducing_points) => {
  const network = setTransformer({ ...small, num_inducing_points })
  const flat = shaken(network)
  const x = random('set', 2 * n * d)

  it('gives its outputs the order of its inputs, whatever that is', () => {
    const y = runNetwork(network, flat, x, [10, 700], [0, 2])
    expect(Math.max(...y)).toBeGreaterThan(0.1)
    assert(
      property(integer(), (seed) => {
        const orders = [0, 1].map((item) => permutation(key(`${seed} ${item}`), n))
        const moved = runNetwork(network, flat, shuffled(x, orders), [10, 700], [0, 2])
        expect(distance(moved, shuffled(Array.from(y), orders))).toBeLessThan(1e-5)
      }),
      { numRuns: 8 },
    )
  })

  it('shows every point to every other', () => {
    const y = Array.from(runNetwork(network, flat, x, [10, 700], [0, 2]))
    const moved = x.slice()
    moved[0]! += 1
    const z = Array.from(runNetwork(network, flat, moved, [10, 700], [0, 2]))
    for (let row = 0; row < n; row++) {
      const change = distance(y.slice(row * d, (row + 1) * d), z.slice(row * d, (row + 1) * d))
      expect(change, `point ${row}`).toBeGreaterThan(1e-4)
    }
    // the other set of the batch does not see it
    expect(distance(y.slice(n * d), z.slice(n * d))).toBe(0)
  })
})

test('the network of the paper: as many parameters as its layers have', () => {
  const width = 8
  const waves = d * (1 + 2 * 6)
  const linear = (from: number, to: number): number => (from + 1) * to
  const time = linear(256, width) + linear(width, width) + 3 * width
  const block = 4 * linear(width, width) + linear(width, 16) + linear(16, width) + linear(width, 6 * width)
  const ends = linear(waves, width) + linear(width, 2 * width) + linear(width, d)
  expect(parametersOf(setTransformer(small)).size).toBe(time + 2 * block + ends)
})

test('what makes no sense is refused', () => {
  expect(() => setTransformer({ input_shape: [8] })).toThrow('input_shape is [8], expected [points, coordinates]')
  expect(() => setTransformer({ input_shape: [8, 3], hidden_size: 10 })).toThrow('num_attention_heads')
  expect(() => networkFromConfig('SetTransformer', { input_shape: [8, 3], sample_size: 4 })).toThrow('unknown option')
})
