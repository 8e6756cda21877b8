import { describe, expect, test } from 'vitest'
import {
  add,
  clamp,
  exp,
  gradients,
  input,
  max,
  min,
  mul,
  pow,
  reduceMax,
  sin,
  sizeOf,
  square,
  stopGradient,
  sum,
  topological,
} from '../../../src/engine/graph/index.ts'
import { simplify } from '../../../src/engine/graph/passes/index.ts'
import type { Tensor } from '../../../src/engine/graph/index.ts'
import { gradientRules } from '../../../src/engine/graph/gradient-rules.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import type { Feed } from '../../../src/engine/graph/reference/evaluate.ts'
import { gradientCases, groupNorm } from './gradient-cases.ts'
import type { GradientCase } from './gradient-cases.ts'
import { elementsOf, expectClose, random, real, uniform } from './support.ts'

type Feeds = Record<string, readonly number[]>

/** d f(t) / dt at 0 by the five-point stencil, whose error is of order step⁴. */
function derivative(f: (t: number) => number, step = 1e-3): number {
  return (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * step)
}

const scalarOf = (tensor: Tensor, feeds: Record<string, Feed>): number => evaluate([tensor], feeds)[0].data[0]!

/** A scalar that looks at every element, and at the gradient that flows into it: Σ w y + ½ Σ y². */
const lossOf = (y: Tensor): Tensor => sum(add(mul(y, random(42, y.shape)), mul(square(y), 0.5)))

function prepare({ at, build }: GradientCase): { xs: Tensor[]; feeds: Feeds; y: Tensor } {
  const xs = at.map(({ shape }, i) => input(`x${i}`, shape, 'float64'))
  const feeds = Object.fromEntries(at.map(({ data }, i) => [`x${i}`, data]))
  return { xs, feeds, y: build(...xs) }
}

const cases = Object.entries(gradientCases).flatMap(([op, list]) =>
  list.map((each) => [`${op}: ${each.name}`, each] as const),
)

describe('gradients of every operator', () => {
  // a file has no gradients: test/compiled/onnx-network.test.ts
  test.each(Object.keys(gradientRules).filter((op) => op !== 'call'))('%s has cases, and they hold it', (op) => {
    const list = gradientCases[op as keyof typeof gradientCases]
    expect(list.length).toBeGreaterThan(0)
    for (const each of list) expect(topological([prepare(each).y]).map((node) => node.op)).toContain(op)
  })

  test.each(cases)('%s', (_, each) => {
    const { xs, feeds, y } = prepare(each)
    const loss = lossOf(y)
    const found = evaluate(gradients(loss, xs), feeds)
    xs.forEach((x, k) => {
      const data = feeds[`x${k}`]
      const expected = data!.map((at, i) =>
        derivative((t) => scalarOf(loss, { ...feeds, [`x${k}`]: data!.with(i, at + t) })),
      )
      expect(found[k]!.shape).toEqual(x.shape)
      expectClose(found[k]!.data, expected, 1e-8)
    })
  })

  test.each(cases)('%s, twice', (_, each) => {
    const { xs, feeds, y } = prepare(each)
    const slope = gradients(lossOf(y), xs)
      .map((gradient, k) => sum(mul(gradient, random(k + 7, gradient.shape))))
      .reduce((a, b) => add(a, b))
    const found = evaluate(gradients(slope, xs), feeds)
    for (const seed of [1, 2, 3]) {
      const direction = xs.map((_, k) => uniform(seed * 10 + k, feeds[`x${k}`]!.length))
      const along = found.flatMap(({ data }, k) => [...data].map((g, i) => g * direction[k]![i]!))
      const expected = derivative((t) =>
        scalarOf(
          slope,
          Object.fromEntries(xs.map((_, k) => [`x${k}`, feeds[`x${k}`]!.map((at, i) => at + t * direction[k]![i]!)])),
        ),
      )
      expectClose([along.reduce((a, b) => a + b, 0)], [expected], 1e-7)
    }
  })
})

describe('gradients', () => {
  const x = input('x', [3], 'float64')
  const feeds = { x: [0.5, -1, 2] }

  test('do not pass stopGradient', () => {
    const [whole, held] = [mul(x, exp(x)), mul(x, stopGradient(exp(x)))].map((y) => gradients(sum(y), [x])[0])
    expectClose(elementsOf(held!, feeds), feeds.x.map(Math.exp))
    expectClose(
      elementsOf(whole!, feeds),
      feeds.x.map((at) => (1 + at) * Math.exp(at)),
    )
    expect(elementsOf(gradients(sum(stopGradient(exp(x))), [x])[0], feeds)).toEqual([0, 0, 0])
  })

  test('are zeros where the loss does not depend on an input', () => {
    const z = input('z', [2, 2], 'float64')
    const [dz] = gradients(sum(x), [z])
    expect(dz.shape).toEqual([2, 2])
    expect(elementsOf(dz)).toEqual([0, 0, 0, 0])
  })

  test('reach intermediate values, and pass on through them', () => {
    const h = exp(x)
    const [dx, dh] = gradients(sum(square(h)), [x, h])
    expectClose(
      elementsOf(dh, feeds),
      feeds.x.map((at) => 2 * Math.exp(at)),
    )
    expectClose(
      elementsOf(dx, feeds),
      feeds.x.map((at) => 2 * Math.exp(2 * at)),
    )
  })

  test('add up over every use of a value', () => {
    const h = mul(x, x)
    expectClose(
      elementsOf(gradients(sum(add(mul(h, x), h)), [x])[0], feeds),
      feeds.x.map((at) => 3 * at ** 2 + 2 * at),
    )
  })

  test('begin with a seed: a vector–Jacobian product', () => {
    expectClose(elementsOf(gradients(square(x), [x], real([1, 10, 100]))[0], feeds), [1, -20, 400])
  })

  test('of the third order', () => {
    let y = sum(sin(x))
    for (let order = 0; order < 3; order++) y = sum(gradients(y, [x])[0])
    expectClose(elementsOf(y, feeds), [-feeds.x.map(Math.cos).reduce((a, b) => a + b)])
  })

  test('want a scalar, or a seed of the right shape', () => {
    expect(() => gradients(x, [x])).toThrow('the loss has shape [3], expected []')
    expect(() => gradients(x, [x], real([1]))).toThrow('the seed has shape [1], expected [3]')
  })

  test('share between ties: max, min, reduceMax', () => {
    const a = input('a', [3], 'float64')
    const b = input('b', [3], 'float64')
    const at = { a: [1, 2, 3], b: [1, 3, 2] }
    const of = (y: Tensor): number[][] => gradients(sum(y), [a, b]).map((each) => elementsOf(each, at))
    expect(of(max(a, b))).toEqual([
      [0.5, 0, 1],
      [0.5, 1, 0],
    ])
    expect(of(min(a, b))).toEqual([
      [0.5, 1, 0],
      [0.5, 0, 1],
    ])
    const m = input('m', [2, 3], 'float64')
    const [dm] = gradients(sum(mul(reduceMax(m, 1), real([6, 5]))), [m])
    expect(elementsOf(dm, { m: [4, 4, 4, 1, 7, 2] })).toEqual([2, 2, 2, 0, 5, 0])
  })

  test('of a group normalisation go over the elements as rarely as can be', () => {
    const shape = [2, 8, 5, 5]
    const [image, gamma, beta] = [input('image', shape), input('gamma', [8, 1, 1]), input('beta', [8, 1, 1])]
    const y = groupNorm(image, 2, gamma, beta)
    const dy = input('dy', shape)
    const nodes = topological(simplify(gradients(y, [image, gamma, beta], dy)))
    const large = (each: Tensor): boolean => each.op !== 'reshape' && sizeOf(each.shape) === sizeOf(shape)
    const written = nodes.filter((each) => each.op !== 'input' && large(each)).map(({ op }) => op)
    expect(written.sort()).toEqual(['mul', 'mul', 'mul', 'normalize', 'sub', 'sub'])
    const sums = nodes.filter(({ op, inputs }) => op === 'sum' && sizeOf(inputs[0]!.shape) === sizeOf(shape))
    expect(sums).toHaveLength(2)
  })

  test('stop at the ends of clamp', () => {
    expect(elementsOf(gradients(sum(clamp(x, -0.7, 0.7)), [x])[0], feeds)).toEqual([1, 0, 0])
  })

  test('in the base of a power leave the logarithm in its exponent alone: negative bases', () => {
    expectClose(elementsOf(gradients(sum(pow(x, 2)), [x])[0], feeds), [1, -2, 4])
  })
})
