import { describe, expect, it } from 'vitest'
import { input } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import {
  attention,
  convolution,
  embedding,
  fedDropout,
  fillMask,
  groupNorm,
  layerNorm,
  layoutOf,
  linear,
  rangesOf,
  Scope,
  selfAttention,
  sinusoidal,
  zeros,
} from '../../../src/engine/nn/index.ts'
import { key } from '../../../src/engine/random/index.ts'
import { random, runLayer } from './run.ts'

const bounds = (specs: Scope['specs']) =>
  specs.map(({ name, shape, init }) => [name, shape, init.kind === 'uniform' ? init.bound : init.kind])

describe('linear', () => {
  it('is x Wᵀ + b over the last axis', () => {
    const { x, parameters, shape, data, specs } = runLayer([2, 3, 4], (scope, input) => linear(scope, input, 5))
    expect(shape).toEqual([2, 3, 5])
    const at = (row: number, out: number) =>
      parameters['bias']![out]! +
      [0, 1, 2, 3].reduce((sum, i) => sum + x[row * 4 + i]! * parameters['weight']![out * 4 + i]!, 0)
    for (let i = 0; i < data.length; i++) expect(data[i]).toBeCloseTo(at(Math.floor(i / 5), i % 5), 12)
    expect(bounds(specs)).toEqual([
      ['weight', [5, 4], 0.5],
      ['bias', [5], 0.5],
    ])
  })

  it('begins as asked, then with a bias of zero, or has none', () => {
    const specs = (options: object) => bounds(runLayer([1, 4], (scope, x) => linear(scope, x, 2, options)).specs)
    expect(specs({ init: zeros })).toEqual([
      ['weight', [2, 4], 'zeros'],
      ['bias', [2], 'zeros'],
    ])
    expect(specs({ bias: false })).toEqual([['weight', [2, 4], 0.5]])
  })
})

describe('convolution', () => {
  it('keeps the size by default, in one and two dimensions, and bounds by the fan-in', () => {
    const plane = runLayer([2, 4, 5, 6], (scope, x) => convolution(scope, x, 3))
    expect(plane.shape).toEqual([2, 3, 5, 6])
    expect(bounds(plane.specs)).toEqual([
      ['weight', [3, 4, 3, 3], 1 / 6],
      ['bias', [3], 1 / 6],
    ])
    const line = runLayer([2, 4, 7], (scope, x) => convolution(scope, x, 6, { groups: 2, stride: 2 }))
    expect([line.shape, line.specs[0]!.shape]).toEqual([
      [2, 6, 4],
      [6, 2, 3],
    ])
  })

  it('of one tap is a linear layer of the channels', () => {
    const { x, parameters, data } = runLayer([1, 2, 3], (scope, input) => convolution(scope, input, 1, { kernel: 1 }))
    const [w, b] = [parameters['weight']!, parameters['bias']!]
    for (let i = 0; i < 3; i++) expect(data[i]).toBeCloseTo(w[0]! * x[i]! + w[1]! * x[3 + i]! + b[0]!, 12)
  })
})

describe('norms', () => {
  /** Normalised numbers: of `count` at `start`. */
  const normalised = (x: Float32Array, start: number, count: number, epsilon: number) => {
    const part = [...x.subarray(start, start + count)]
    const mean = part.reduce((a, b) => a + b) / count
    const variance = part.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count
    return part.map((value) => (value - mean) / Math.sqrt(variance + epsilon))
  }

  it('group norm: over the channels of a group and all places', () => {
    const { x, parameters, data } = runLayer([2, 6, 2, 2], (scope, input) => groupNorm(scope, input, 3, 0.1))
    const expected = [0, 1, 2, 3, 4, 5].flatMap((group) => normalised(x, group * 8, 8, 0.1))
    for (let i = 0; i < data.length; i++) {
      const channel = Math.floor(i / 4) % 6
      const value = expected[i]! * parameters['weight']![channel]! + parameters['bias']![channel]!
      expect(data[i]).toBeCloseTo(value, 10)
    }
    expect(() => runLayer([1, 4, 2], (scope, input) => groupNorm(scope, input, 3, 0.1))).toThrow(
      '3 groups do not divide 4',
    )
  })

  it('layer norm: over the last axis', () => {
    const { x, parameters, data } = runLayer([3, 4], (scope, input) => layerNorm(scope, input, 0.2))
    const expected = [0, 4, 8].flatMap((start) => normalised(x, start, 4, 0.2))
    for (let i = 0; i < data.length; i++) {
      expect(data[i]).toBeCloseTo(expected[i]! * parameters['weight']![i % 4]! + parameters['bias']![i % 4]!, 10)
    }
  })
})

describe('embedding', () => {
  it('picks rows', () => {
    const scope = new Scope()
    const rows = embedding(scope, input('labels', [3], 'int32'), 4, 2)
    const feeds = { weight: [0, 1, 10, 11, 20, 21, 30, 31], labels: [3, 0, 3] }
    expect([...evaluate([rows], feeds)[0]!.data]).toEqual([30, 31, 0, 1, 30, 31])
    expect(scope.specs[0]!.init).toEqual({ kind: 'normal', std: 1 })
  })
})

describe('attention', () => {
  it.each([1, 2, 3])('with %i heads is softmax(q kᵀ / √d) v, head by head', (heads) => {
    const [tokens, sources, width] = [2, 4, 6]
    const [q, k, v] = [random('q', tokens * width), random('k', sources * width), random('v', sources * width)]
    const at = (name: string, length: number) => input(name, [1, length, width])
    const y = attention(at('q', tokens), at('k', sources), at('v', sources), heads)
    const { data } = evaluate([y], { q, k, v })[0]!
    const d = width / heads
    for (let token = 0; token < tokens; token++) {
      for (let i = 0; i < width; i++) {
        const first = Math.floor(i / d) * d
        const scores = Array.from({ length: sources }, (_, s) => {
          let dot = 0
          for (let j = first; j < first + d; j++) dot += q[token * width + j]! * k[s * width + j]!
          return Math.exp(dot / Math.sqrt(d))
        })
        const total = scores.reduce((a, b) => a + b)
        const expected = scores.reduce((sum, score, s) => sum + (score / total) * v[s * width + i]!, 0)
        expect(data[token * width + i]).toBeCloseTo(expected, 7) // 1/√d is rounded to single precision
      }
    }
  })

  it('to itself has the names of diffusers, and does not care about the order of tokens', () => {
    const { shape, specs, parameters, x, data } = runLayer([1, 3, 4], (scope, tokens) =>
      selfAttention(scope, tokens, 2),
    )
    expect(shape).toEqual([1, 3, 4])
    expect(specs.map(({ name }) => name)).toEqual(
      ['to_q', 'to_k', 'to_v', 'to_out.0'].flatMap((name) => [`${name}.weight`, `${name}.bias`]),
    )
    const swapped = [...x.subarray(4, 8), ...x.subarray(0, 4), ...x.subarray(8)]
    const y = selfAttention(new Scope(), input('x', [1, 3, 4]), 2)
    const other = evaluate([y], { ...parameters, x: swapped })[0]!.data
    for (let i = 0; i < 4; i++) expect(other[i]).toBeCloseTo(data[i + 4]!, 10)
  })
})

describe('sinusoidal features', () => {
  const features = (t: number, width: number, options: object) =>
    evaluate([sinusoidal(input('t', [1]), width, options)], { t: [t] })[0]!.data

  it.each([
    [true, 0],
    [false, 1],
  ])('cosines first: %s, frequency shift %i', (cosFirst, frequencyShift) => {
    const values = features(3.5, 8, { cosFirst, frequencyShift })
    for (let i = 0; i < 4; i++) {
      const angle = 3.5 * 10_000 ** (-i / (4 - frequencyShift))
      expect(values[i]).toBeCloseTo(cosFirst ? Math.cos(angle) : Math.sin(angle), 6)
      expect(values[i + 4]).toBeCloseTo(cosFirst ? Math.sin(angle) : Math.cos(angle), 6)
    }
  })

  it('an odd last feature is zero', () => {
    expect(features(1, 5, {})).toHaveLength(5)
    expect(features(1, 5, {})[4]).toBe(0)
  })
})

describe('dropout', () => {
  it('multiplies by masks that are fed', () => {
    const { dropout, masks } = fedDropout()
    const y = dropout(dropout(input('x', [4]), 0.5), 0.25)
    expect(masks).toEqual([
      { name: 'dropout.0', shape: [4], rate: 0.5 },
      { name: 'dropout.1', shape: [4], rate: 0.25 },
    ])
    const feeds = { x: [1, 2, 3, 4], 'dropout.0': [0, 2, 2, 0], 'dropout.1': [1, 1, 0, 1] }
    expect([...evaluate([y], feeds)[0]!.data]).toEqual([0, 4, 0, 0])
  })

  it('masks keep the mean', () => {
    const mask = fillMask(key(1), 0.25, new Float32Array(40_000))
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(4 / 3)]))
    expect(mask.filter((value) => value === 0).length / mask.length).toBeCloseTo(0.25, 2)
  })
})

describe('ranges', () => {
  it('join neighbours', () => {
    const scope = new Scope()
    for (const [name, shape] of Object.entries({ a: [2, 2], b: [3, 1], c: [5], d: [1, 1] }))
      scope.parameter(name, shape, zeros)
    expect(rangesOf(layoutOf(scope.specs), ({ shape }) => shape.length > 1)).toEqual([
      [0, 7],
      [12, 13],
    ])
  })
})
