/** Attention to a context: against a plain evaluation, by finite differences, and without a trace of what is masked. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradients, input, inputsOf, mul, sum, type Tensor } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { contextOf, crossAttention, layoutOf, Scope } from '../../../src/engine/nn/index.ts'
import { distance, random } from './run.ts'

const [batch, tokens, places, width, size, heads] = [2, 3, 4, 6, 5, 2]
const names = ['to_q.weight', 'to_k.weight', 'to_v.weight', 'to_out.0.weight', 'to_out.0.bias']

/** Attention with random weights: its output, and what a watcher saw, in double precision. */
function attend(x: ArrayLike<number>, context: ArrayLike<number>, { flagged = true, headCount = heads } = {}) {
  const { outputs, scope } = graph(flagged, headCount)
  const layout = layoutOf(scope.specs)
  const flat = random('weights', layout.size)
  const feeds = Object.fromEntries(names.map((name) => [name, layout.view(flat, name)]))
  const [y, seen] = evaluate(outputs, { ...feeds, x, context })
  return { y: y!.data, seen: seen!, feeds, layout }
}

function graph(flagged: boolean, headCount: number) {
  const scope = new Scope((name, shape) => input(name, shape, 'float64'))
  const seen: Tensor[] = []
  const y = crossAttention(
    scope,
    input('x', [batch, tokens, width], 'float64'),
    contextOf(input('context', [batch, places, size + Number(flagged)], 'float64'), flagged),
    headCount,
    { watch: (weights) => seen.push(weights) },
  )
  return { outputs: [y, ...seen], scope }
}

/** A context with these flags, and these numbers beside them. */
const flaggedContext = (flags: readonly number[], numbers: ArrayLike<number>) =>
  flags.flatMap((flag, place) => [...Array.from({ length: size }, (_, i) => numbers[place * size + i]!), flag])

const x = random('x', batch * tokens * width)
const numbers = random('context', batch * places * size)

describe('attention to a context', () => {
  it.each([1, 2, 3])('%i heads: the formula, place by place', (headCount) => {
    const { y, feeds } = attend(x, numbers, { flagged: false, headCount })
    const at = (name: string, row: number, vector: (i: number) => number, length: number): number =>
      Array.from({ length }, (_, i) => feeds[name]![row * length + i]! * vector(i)).reduce((a, b) => a + b)
    const features = width / headCount
    const expected: number[] = []
    for (let n = 0; n < batch; n++) {
      for (let t = 0; t < tokens; t++) {
        const q = Array.from({ length: width }, (_, c) =>
          at('to_q.weight', c, (i) => x[(n * tokens + t) * width + i]!, width),
        )
        const word = (name: string, c: number, s: number) =>
          at(name, c, (i) => numbers[(n * places + s) * size + i]!, size)
        const mixed = Array.from({ length: width }, (_, c) => {
          const first = Math.floor(c / features) * features
          const scores = Array.from({ length: places }, (_, s) =>
            Array.from({ length: features }, (_, j) => q[first + j]! * word('to_k.weight', first + j, s)).reduce(
              (a, b) => a + b,
            ),
          )
          const weights = scores.map((score) => Math.exp(score / Math.sqrt(features)))
          const total = weights.reduce((a, b) => a + b)
          return weights.reduce((sum, weight, s) => sum + (weight / total) * word('to_v.weight', c, s), 0)
        })
        for (let c = 0; c < width; c++) {
          expected.push(at('to_out.0.weight', c, (i) => mixed[i]!, width) + feeds['to_out.0.bias']![c]!)
        }
      }
    }
    expect(distance(y, expected)).toBeLessThan(1e-6)
  })

  it('does not see what stands at masked places, bit for bit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 1), { minLength: batch * places, maxLength: batch * places }),
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 40, maxLength: 40 }),
        (flags, others) => {
          const changed = Array.from(numbers, (value, i) => (flags[Math.floor(i / size)] === 1 ? value : others[i]!))
          const plain = attend(x, flaggedContext(flags, numbers))
          const other = attend(x, flaggedContext(flags, changed))
          expect([...other.y]).toEqual([...plain.y])
        },
      ),
      { numRuns: 30 },
    )
  })

  it('equals attention to the places that are there alone', () => {
    // the last two places of both items are masked: as a context of two places would be
    const flags = [1, 1, 0, 0, 1, 1, 0, 0]
    const masked = attend(x, flaggedContext(flags, numbers)).y
    const twice = Array.from({ length: batch }, (_, n) => {
      const own = [...numbers.subarray(n * places * size, (n * places + 2) * size)]
      return [...own, ...own]
    }).flat()
    // every place twice has the same weights
    expect(distance(masked, attend(x, twice, { flagged: false }).y)).toBeLessThan(1e-6)
  })

  it('multiplies the weight of a place by a flag between 0 and 1, its vector staying what it is', () => {
    // half a place twice is one place
    const halves = attend(x, flaggedContext([0.5, 0.5, 1, 0, 0.5, 0.5, 1, 0], twins())).y
    const whole = attend(x, flaggedContext([1, 0, 1, 0, 1, 0, 1, 0], twins())).y
    expect(distance(halves, whole)).toBeLessThan(1e-6)
    function twins(): number[] {
      return Array.from(numbers, (value, i) => (Math.floor(i / size) % places === 1 ? numbers[i - size]! : value))
    }
  })

  it('does not see even what is no number at masked places', () => {
    const flags = [1, 0, 1, 1, 1, 0, 1, 1]
    const broken = Array.from(numbers, (value, i) => (flags[Math.floor(i / size)] === 0 ? NaN : value))
    expect([...attend(x, flaggedContext(flags, broken)).y]).toEqual([...attend(x, flaggedContext(flags, numbers)).y])
  })

  it('with nothing at all is the bias of its output, and nobody is looked at', () => {
    const { y, seen, feeds } = attend(x, flaggedContext(Array(batch * places).fill(0), numbers))
    const bias = [...feeds['to_out.0.bias']!]
    expect([...y]).toEqual(Array.from({ length: batch * tokens }, () => bias).flat())
    expect([...seen.data].every((weight) => weight === 0)).toBe(true)
  })

  it('tells a watcher weights that sum to one over the places that are there', () => {
    const { seen } = attend(x, flaggedContext([1, 0, 1, 1, 0, 0, 0, 1], numbers))
    expect(seen.shape).toEqual([batch, heads, tokens, places])
    for (let row = 0; row < seen.data.length; row += places) {
      const weights = Array.from(seen.data.slice(row, row + places))
      expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 6)
      const first = row < heads * tokens * places
      expect(weights.filter((weight) => weight === 0).length).toBe(first ? 1 : 3)
    }
  })

  it.each(['x', 'context', ...names])('has the gradient of finite differences in %s', (name) => {
    const { outputs, scope } = graph(true, heads)
    const layout = layoutOf(scope.specs)
    const flat = random('weights', layout.size)
    const feeds: Record<string, number[]> = {
      ...Object.fromEntries(names.map((each) => [each, [...layout.view(flat, each)]])),
      x: [...x],
      context: flaggedContext([1, 0, 1, 1, 0, 1, 0, 1], numbers),
      seed: [...random('seed', batch * tokens * width)],
    }
    const loss = sum(mul(outputs[0]!, input('seed', [batch, tokens, width], 'float64')))
    const [gradient] = gradients(loss, [inputsOf([loss]).get(name)!])
    const exact = evaluate([gradient!], feeds)[0]!.data
    const lossAt = (i: number, value: number): number => {
      const changed = feeds[name]!.with(i, value)
      return evaluate([loss], { ...feeds, [name]: changed })[0]!.data[0]!
    }
    for (let i = 0; i < exact.length; i += Math.ceil(exact.length / 9)) {
      // flags are switches, not numbers
      if (name === 'context' && i % (size + 1) === size) continue
      const value = feeds[name]![i]!
      expect(exact[i]).toBeCloseTo((lossAt(i, value + 1e-4) - lossAt(i, value - 1e-4)) / 2e-4, 5)
    }
  })
})
