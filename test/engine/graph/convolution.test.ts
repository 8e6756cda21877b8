import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conv, convInput, convTranspose, convWeight, input, mul, sizeOf, sum } from '../../../src/engine/graph/index.ts'
import type { Shape, Tensor, Window } from '../../../src/engine/graph/index.ts'
import { convExtent } from '../../../src/engine/graph/infer.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { elementsOf, expectClose, random } from './support.ts'

interface Setting {
  readonly window: Window
  readonly x: Shape
  readonly w: Shape
}

/** Convolutions in `rank` dimensions whose kernel fits. */
const settings = (rank: number): fc.Arbitrary<Setting> => {
  const axis = fc.record({
    size: fc.integer({ min: 1, max: 5 }),
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    before: fc.nat(2),
    after: fc.nat(2),
  })
  return fc
    .record({
      batch: fc.integer({ min: 1, max: 2 }),
      groups: fc.integer({ min: 1, max: 2 }),
      perGroup: fc.integer({ min: 1, max: 2 }),
      outPerGroup: fc.integer({ min: 1, max: 2 }),
      axes: fc.array(axis, { minLength: rank, maxLength: rank }),
    })
    .map(({ batch, groups, perGroup, outPerGroup, axes }) => ({
      window: {
        stride: axes.map((each) => each.stride),
        dilation: axes.map((each) => each.dilation),
        padding: axes.map((each) => [each.before, each.after] as const),
        groups,
      },
      x: [batch, groups * perGroup, ...axes.map((each) => each.size)],
      w: [groups * outPerGroup, perGroup, ...axes.map((each) => each.kernel)],
    }))
    .filter(({ window, x, w }) => x.slice(2).every((size, axis) => convExtent(size, w[axis + 2]!, window, axis) >= 1))
}

/** Nested arrays are easier to read than offsets. */
const grid = (tensor: Tensor): ((...index: number[]) => number) => {
  const data = elementsOf(tensor)
  return (...index) =>
    index.every((at, axis) => at >= 0 && at < tensor.shape[axis]!)
      ? data[index.reduce((offset, at, axis) => offset * tensor.shape[axis]! + at, 0)]!
      : 0
}

describe('convolution', () => {
  test('in two dimensions is the formula, written out', () => {
    fc.assert(
      fc.property(settings(2), ({ window: { stride, dilation, padding, groups }, x, w }) => {
        const [image, kernel] = [random(1, x), random(2, w)]
        const y = conv(image, kernel, { stride, dilation, padding, groups })
        const [at, tap] = [grid(image), grid(kernel)]
        const expected: number[] = []
        for (let n = 0; n < y.shape[0]!; n++)
          for (let o = 0; o < y.shape[1]!; o++)
            for (let r = 0; r < y.shape[2]!; r++)
              for (let s = 0; s < y.shape[3]!; s++) {
                let total = 0
                for (let c = 0; c < w[1]!; c++)
                  for (let i = 0; i < w[2]!; i++)
                    for (let j = 0; j < w[3]!; j++) {
                      const channel = Math.floor((o * groups) / w[0]!) * w[1]! + c
                      const row = r * stride[0]! + i * dilation[0]! - padding[0]![0]
                      const column = s * stride[1]! + j * dilation[1]! - padding[1]![0]
                      total += tap(o, c, i, j) * at(n, channel, row, column)
                    }
                expected.push(total)
              }
        expectClose(elementsOf(y), expected)
      }),
      { numRuns: 100 },
    )
  })

  test('transposed in one dimension spreads every element over its window', () => {
    fc.assert(
      fc.property(settings(1), fc.nat(2), ({ window: { stride, dilation, padding, groups }, x, w }, extra) => {
        const outputPadding = Math.min(extra, stride[0]! - 1)
        const inputs = w[0]
        const perGroup = w[1]
        const [line, kernel] = [random(1, [x[0]!, inputs!, x[2]!]), random(2, w)]
        const [before, after] = padding[0]!
        const size = (x[2]! - 1) * stride[0]! - before - after + dilation[0]! * (w[2]! - 1) + 1 + outputPadding
        fc.pre(size >= 1)
        const y = convTranspose(line, kernel, { stride, dilation, padding, groups, outputPadding })
        expect(y.shape).toEqual([x[0], perGroup! * groups, size])
        const [at, tap] = [grid(line), grid(kernel)]
        const expected = Array.from<number>({ length: sizeOf(y.shape) }).fill(0)
        for (let n = 0; n < x[0]!; n++)
          for (let c = 0; c < inputs!; c++)
            for (let o = 0; o < perGroup!; o++)
              for (let i = 0; i < x[2]!; i++)
                for (let k = 0; k < w[2]!; k++) {
                  const to = i * stride[0]! + k * dilation[0]! - before
                  const channel = Math.floor((c * groups) / inputs!) * perGroup! + o
                  if (to >= 0 && to < size)
                    expected[(n * perGroup! * groups + channel) * size + to]! += at(n, c, i) * tap(c, o, k)
                }
        expectClose(elementsOf(y), expected)
      }),
      { numRuns: 200 },
    )
  })

  test.each([1, 2, 3])('and its two transposes are one trilinear form, in %i dimensions', (rank) => {
    fc.assert(
      fc.property(settings(rank), ({ window, x, w }) => {
        const [a, b] = [random(1, x), random(2, w)]
        const y = conv(a, b, window)
        const dy = random(3, y.shape)
        const dot = (p: Tensor, q: Tensor): number => elementsOf(sum(mul(p, q)))[0]!
        const form = dot(y, dy)
        expectClose([dot(convInput(dy, b, window, x.slice(2)), a)], [form])
        expectClose([dot(convWeight(a, dy, window, w.slice(2)), b)], [form])
      }),
      { numRuns: 60 },
    )
  })

  test('transposed gives a size back that a strided one halved', () => {
    const x = input('x', [1, 4, 7, 8])
    const half = conv(x, random32([4, 4, 3, 3]), { stride: 2, padding: 1 })
    expect(half.shape).toEqual([1, 4, 4, 4])
    expect(convTranspose(half, random32([4, 2, 4, 4]), { stride: 2, padding: 1 }).shape).toEqual([1, 2, 8, 8])
    expect(convTranspose(half, random32([4, 2, 3, 3]), { stride: 2, padding: 1, outputPadding: 1 }).shape).toEqual([
      1, 2, 8, 8,
    ])
  })

  test('of a 1×1 kernel mixes channels', () => {
    const w = random(1, [2, 3, 1, 1])
    const x = random(2, [1, 3, 1, 2])
    const [at, tap] = [grid(x), grid(w)]
    const mixed = [0, 1].flatMap((o) =>
      [0, 1].map((s) => [0, 1, 2].reduce((total, c) => total + tap(o, c, 0, 0) * at(0, c, 0, s), 0)),
    )
    const [y] = evaluate([conv(x, w)])
    expect(y.shape).toEqual([1, 2, 1, 2])
    expectClose(y.data, mixed)
  })
})

const random32 = (shape: Shape): Tensor => input('w', shape)
