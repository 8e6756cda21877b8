/** Convolutions of enlarged images as transposed ones: the same values, from fewer products. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  conv,
  convTranspose,
  gradients,
  input,
  mean,
  relu,
  silu,
  square,
  sumPool,
  topological,
  upsample,
} from '../../../src/engine/graph/index.ts'
import type { Tensor } from '../../../src/engine/graph/index.ts'
import { flops, simplify, transposeUpsampled } from '../../../src/engine/graph/passes/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { expectClose, uniform } from './support.ts'

const ops = (outputs: readonly Tensor[]): Set<string> => new Set(topological(outputs).map(({ op }) => op))

/** A network with an enlarged layer between two others: its value and all its gradients. */
function layers(n: number, channels: number, out: number, height: number, width: number) {
  const x = input('x', [n, channels, height, width])
  const [w, v] = [input('w', [out, channels, 3, 3]), input('v', [2, out, 3, 3])]
  const y = conv(silu(conv(upsample(relu(x), [2, 2]), w, { padding: 1 })), v, { padding: 1 })
  const loss = mean(square(y))
  const feeds = {
    x: uniform(1, n * channels * height * width),
    w: uniform(2, out * channels * 9),
    v: uniform(3, 2 * out * 9),
  }
  return { outputs: simplify([y, ...gradients(loss, [x, w, v])]), feeds }
}

const sizes = fc.tuple(fc.nat(1), fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3))

describe('transposeUpsampled', () => {
  it('leaves values and gradients as they are, for less work', () => {
    fc.assert(
      fc.property(sizes, ([n, channels, out, height, width]) => {
        const { outputs, feeds } = layers(n + 1, channels + 1, out + 1, height + 1, width + 1)
        const quick = transposeUpsampled(outputs, 1)
        expect(ops(quick)).not.toContain('upsample')
        expect(ops(quick)).not.toContain('sumPool')
        const [before, after] = [evaluate(outputs, feeds), evaluate(quick, feeds)]
        after.forEach(({ data }, i) => expectClose(data, before[i]!.data, 1e-5))
      }),
      { numRuns: 40 },
    )
    const { outputs } = layers(2, 16, 16, 8, 8)
    expect(flops(transposeUpsampled(outputs, 1))).toBeLessThan(0.7 * flops(outputs))
  })

  it('leaves the forward direction of few channels as it is', () => {
    const { outputs } = layers(1, 4, 4, 3, 3)
    expect(ops([transposeUpsampled(outputs)[0]!])).toContain('upsample')
    expect(ops(transposeUpsampled(outputs).slice(1))).not.toContain('sumPool')
  })

  const [x, dy, w] = [input('x', [1, 2, 4, 4]), input('dy', [1, 3, 8, 8]), input('w', [3, 2, 3, 3])]
  const dx = convTranspose(dy, w, { padding: 1 })

  it.each<[string, readonly Tensor[]]>([
    ['another stride', [conv(upsample(x, [2, 2]), w, { padding: 1, stride: 2 })]],
    ['another padding', [conv(upsample(x, [2, 2]), w, { padding: 0 })]],
    ['another factor', [conv(upsample(x, [2, 1]), w, { padding: 1 })]],
    ['another kernel', [conv(upsample(x, [2, 2]), input('one', [3, 2, 1, 1]), { padding: 0 })]],
    ['groups', [conv(upsample(x, [2, 2]), input('g', [2, 1, 3, 3]), { padding: 1, groups: 2 })]],
    [
      'double precision',
      [
        conv(upsample(input('d', [1, 2, 4, 4], 'float64'), [2, 2]), input('e', [3, 2, 3, 3], 'float64'), {
          padding: 1,
        }),
      ],
    ],
    ['a gradient that is also wanted as it is', [sumPool(dx, [2, 2]), dx]],
    ['a sum over other windows', [sumPool(dx, [4, 2])]],
  ])('leaves alone %s', (_, outputs) => {
    expect(transposeUpsampled(outputs, 1)).toEqual(outputs)
  })
})
