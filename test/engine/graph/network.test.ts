import { describe, expect, test } from 'vitest'
import {
  add,
  constant,
  conv,
  equal,
  gradients,
  input,
  logSoftmax,
  matmul,
  mean,
  mul,
  neg,
  normalize,
  reshape,
  silu,
  sizeOf,
  softmax,
  square,
  sub,
  sum,
  where,
} from '../../../src/engine/graph/index.ts'
import type { Shape, Tensor } from '../../../src/engine/graph/index.ts'
import { flops, simplify, summarize } from '../../../src/engine/graph/passes/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { elementsOf, expectClose, random, uniform, whole } from './support.ts'

const batch = 2
const classes = 3
const shapes: Readonly<Record<string, Shape>> = {
  image: [batch, 2, 4, 4],
  kernel: [4, 2, 3, 3],
  bias: [4, 1, 1],
  scale: [4, 1, 1],
  shift: [4, 1, 1],
  head: [64, classes],
}
const named = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, input(name, shape, 'float64')]))
const feeds = Object.fromEntries(
  Object.entries(shapes).map(([name, shape], seed) => [name, uniform(seed + 1, sizeOf(shape))]),
)
const weights = Object.values(named)

/** Convolution, group normalisation in two groups, SiLU, a linear head: the scores of three classes. */
function scores(): Tensor {
  const { image, kernel, bias, scale, shift, head } = named
  const h = add(conv(image!, kernel!, { padding: 1 }), bias!)
  const normal = reshape(normalize(reshape(h, [batch, 2, -1]), 1e-5), h.shape)
  return matmul(reshape(silu(add(mul(normal, scale!), shift!)), [batch, -1]), head!)
}

/** Cross-entropy with the classes 2 and 0, and a little weight decay. */
function objective(): Tensor {
  const picked = equal(reshape(whole([2, 0]), [batch, 1]), whole([0, 1, 2]))
  const likelihood = sum(where(picked, logSoftmax(scores()), 0), 1)
  return add(neg(mean(likelihood)), mul(sum(square(named.head!)), 1e-3))
}

describe('a small network', () => {
  const loss = objective()
  const slopes = gradients(loss, weights)

  test('gives probabilities', () => {
    const probabilities = softmax(scores())
    expectClose(elementsOf(sum(probabilities, 1), feeds), [1, 1])
    expect(elementsOf(probabilities, feeds).every((each) => each > 0 && each < 1)).toBe(true)
  })

  test('has the gradient that finite differences see', () => {
    const found = evaluate(slopes, feeds)
    weights.forEach((_, k) => {
      const name = Object.keys(shapes)[k]!
      const direction = uniform(k + 50, feeds[name]!.length)
      const at = (t: number): number =>
        elementsOf(loss, { ...feeds, [name]: feeds[name]!.map((each, i) => each + t * direction[i]!) })[0]!
      const h = 1e-3
      const numeric = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)
      const exact = [...found[k]!.data].reduce((total, each, i) => total + each * direction[i]!, 0)
      expectClose([exact], [numeric], 1e-8)
    })
  })

  test('has the same loss and gradients when simplified, from fewer nodes', () => {
    const before = [loss, ...slopes]
    const after = simplify(before)
    const [expected, found] = [before, after].map((outputs) => evaluate(outputs, feeds))
    expected!.forEach(({ data }, i) => expectClose(found![i]!.data, data, 1e-12))
    expect(summarize(after).nodes).toBeLessThan(0.85 * summarize(before).nodes)
    expect(flops(after)).toBeLessThanOrEqual(flops(before))
  })

  test('descends', () => {
    let now = feeds
    const losses: number[] = []
    for (let step = 0; step < 5; step++) {
      const [value, ...found] = evaluate([loss, ...slopes], now)
      losses.push(value.data[0]!)
      now = Object.fromEntries(
        Object.entries(now).map(([name, data], k) =>
          name === 'image' ? [name, data] : [name, data.map((each, i) => each - 0.02 * found[k]!.data[i]!)],
        ),
      )
    }
    expect(losses.every((each, i) => i === 0 || each < losses[i - 1]!)).toBe(true)
  })
})

describe('summaries', () => {
  const x = input('x', [2, 4, 8, 8])
  const w = input('w', [6, 2, 3, 3])
  const y = conv(x, w, { padding: 1, stride: 2, groups: 2 })

  test('count a multiply–add as two operations', () => {
    // Every one of 2·6·4·4 outputs sees 2 channels of 3×3.
    const one = 2 * (2 * 6 * 4 * 4) * (2 * 9)
    expect(flops([y])).toBe(one)
    expect(flops(gradients(sum(y), [x]))).toBe(one)
    expect(flops(gradients(sum(y), [w]))).toBe(one)
    expect(flops([y, ...gradients(sum(y), [x, w])])).toBe(3 * one)
  })

  test('of matrix products, transposed or not', () => {
    const [a, b] = [random(1, [5, 2, 3]), random(2, [3, 4])]
    expect(flops([matmul(a, b)])).toBe(2 * 5 * 2 * 4 * 3)
    expect(flops([matmul(random(1, [3, 2]), b, { transposeA: true })])).toBe(2 * 2 * 4 * 3)
    expect(flops([matmul(a, random(2, [4, 3]), { transposeB: true })])).toBe(2 * 5 * 2 * 4 * 3)
  })

  test('count nodes by operator, and elements', () => {
    const p = input('p', [3])
    const summary = summarize([sub(mul(p, p), constant([1, 2, 3])), mul(p, 2)])
    expect(summary).toEqual({
      nodes: 6,
      operators: { mul: 2, constant: 2, input: 1, sub: 1 },
      flops: 0,
      inputElements: 3,
      constantElements: 4,
    })
    expect(Object.values(summary.operators)).toEqual([2, 2, 1, 1])
  })
})
