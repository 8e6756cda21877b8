/** Importance-weighted bounds grow with the number of draws, towards log p; free bits and warm-up are what they say. */
import { array, assert, double, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { constant, input } from '../../../src/engine/graph/index.ts'
import { Scope } from '../../../src/engine/nn/parameters.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import {
  activeUnits,
  autoencoderBound,
  decoderLaw,
  freeBits,
  importanceBound,
  logWeightsOf,
  repeatItems,
  warmupWeight,
} from '../../../src/diffusion/latent/index.ts'
import { average, feedsOf, linearBound, numbers } from './support.ts'

test('more draws never lower the bound: of k · m draws it is at least the mean of those of m', () => {
  const weights = array(double({ min: -30, max: 30, noNaN: true }), { minLength: 12, maxLength: 12 })
  assert(
    property(weights, (all) => {
      const x = input('x', [12])
      const bound = (k: number): number => average(numbers(importanceBound(x, k), { x: all }))
      const [one, two, six, twelve] = [1, 2, 6, 12].map(bound) as [number, number, number, number]
      const slack = 1e-6
      expect(two).toBeGreaterThanOrEqual(one - slack)
      expect(six).toBeGreaterThanOrEqual(two - slack)
      expect(twelve).toBeGreaterThanOrEqual(six - slack)
      expect(twelve).toBeLessThanOrEqual(Math.max(...all) + slack)
    }),
  )
})

describe('of a linear autoencoder whose encoder is wrong', () => {
  // x = w z + σ ε, so that p(x) = N(0, w² + σ²); q(z | x) = N(a x, e^v) is not the posterior
  const [w, logSigma, a, v, x] = [1.2, -0.3, 0.2, 0.3, 1.5]
  const linear = { decoder: [[w]], encoder: [[a]], logVariance: [v], logSigma }
  const variance = w * w + Math.exp(2 * logSigma)
  const logP = -0.5 * (Math.log(2 * Math.PI * variance) + (x * x) / variance)
  const draws = 20_000
  const noise = Array.from(normal(key('draws'), new Float64Array(draws)), (each) => [each])
  const bound = linearBound([[x]], noise)
  const feeds = { ...bound.feeds, ...feedsOf(linear) }
  const at = (k: number): readonly number[] => numbers(importanceBound(logWeightsOf(bound), k), feeds)

  test('it rises from the evidence bound to log p', () => {
    const [one, five, fifty, all] = [1, 5, 50, draws].map((k) => average(at(k))) as [number, number, number, number]
    const elbo = -numbers(bound.total, feeds)[0]!
    expect(Math.abs(one - elbo)).toBeLessThan(0.03)
    expect(five - one).toBeGreaterThan(0.1)
    expect(fifty - five).toBeGreaterThan(0.01)
    expect(all - fifty).toBeGreaterThan(0.001)
    expect(logP - fifty).toBeGreaterThan(0)
    expect(Math.abs(all - logP)).toBeLessThan(0.03)
  })

  test('the gap of the evidence bound is the divergence from the posterior', () => {
    const precision = 1 + (w * w) / Math.exp(2 * logSigma)
    const mean = (w * x) / Math.exp(2 * logSigma) / precision
    const gap = 0.5 * (Math.exp(v) * precision + (a * x - mean) ** 2 * precision - 1 - v - Math.log(precision))
    expect(numbers(bound.terms.kl, feeds)[0]! + numbers(bound.terms.reconstruction, feeds)[0]!).toBeCloseTo(
      numbers(bound.total, feeds)[0]!,
      10,
    )
    expect(Math.abs(numbers(bound.total, feeds)[0]! + logP - gap)).toBeLessThan(0.03)
  })
})

test('what was padded does not count', () => {
  // two rows of two, the last row and column padding; an autoencoder that gives back what it is given
  const x = [0.1, 9, 9, 9]
  const [mean, logVariance] = [input('mean', [1, 1]), input('log_variance', [1, 1])]
  const fake = {
    className: 'Fake',
    config: {},
    inputShape: [1, 2, 2],
    latentShape: [1],
    outputShape: [1, 2, 2],
    encode: () => ({ mean, logVariance }),
    decode: () => input('output', [1, 1, 2, 2]),
  }
  const { terms } = autoencoderBound(fake, new Scope(), decoderLaw('gaussian'), {
    x: input('x', [1, 1, 2, 2]),
    noise: input('noise', [1, 1, 1]),
    logSigma: input('log_sigma', [1]),
    within: [1, 1, 1],
  })
  const feeds = { x, output: [0.4, 5, 5, 5], noise: [0], mean: [0], log_variance: [0], log_sigma: [0] }
  expect(numbers(terms.reconstruction, feeds)[0]).toBeCloseTo(0.5 * (Math.log(2 * Math.PI) + 0.09), 6)
  const certain = { ...fake, encode: () => ({ mean }) }
  expect(() =>
    autoencoderBound(certain, new Scope(), decoderLaw('bernoulli'), {
      x: input('x', [1, 1, 2, 2]),
      noise: input('noise', [1, 1, 1]),
    }),
  ).toThrow(/Fake: its codes have no variance/)
})

test('items are repeated one after another', () => {
  expect(numbers(repeatItems(constant([1, 2, 3, 4], [2, 2]), 3))).toEqual([1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4])
})

test('free bits count each dimension, or channel, at no less than λ', () => {
  // means over the items: 0.5, 2
  const flat = constant([0.2, 1, 0.8, 3], [2, 2])
  expect(numbers(freeBits(flat, 0))[0]).toBeCloseTo(2.5, 6)
  expect(numbers(freeBits(flat, 1))[0]).toBeCloseTo(3, 6)
  // two channels of two places: 1.2 and 3.8 of the one item
  const map = constant([0.2, 1, 0.8, 3], [1, 2, 1, 2])
  expect(numbers(freeBits(map, 2))[0]).toBeCloseTo(5.8, 6)
})

test('the warm-up is a straight line', () => {
  expect([0, 5, 10, 99].map((step) => warmupWeight(step, 10))).toEqual([0, 0.5, 1, 1])
  expect(warmupWeight(0, 0)).toBe(1)
})

test('units in use are those whose means vary', () => {
  expect(activeUnits([0, 1, 5, 0.05, -1, 5, 0, 1, 5, 0.05, -1, 5], 3)).toBe(1)
  expect(activeUnits([0, 1, 5, 0.3, -1, 5, 0, 1, 5, 0.3, -1, 5], 3)).toBe(2)
})
