/** What decoders' outputs mean: probabilities that sum to one, in single precision too, with the right gradients. */
import { assert, double, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { constant, gradients, input, sum, type Tensor } from '../../../src/engine/graph/index.ts'
import { compile } from '../../../src/engine/runtime/program.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { key } from '../../../src/engine/random/index.ts'
import {
  decoderLaw,
  type DecoderLawName,
  drawValues,
  gaussianKl,
  gaussianLogDensity,
  logNormalCdf,
} from '../../../src/diffusion/latent/index.ts'
import { logCdf, logProbability } from '../../../src/diffusion/likelihood/discretised-gaussian.ts'
import { numbers } from './support.ts'

const grid = Array.from({ length: 801 }, (_, i) => (i - 400) / 20)

test('log Φ is that of double precision', () => {
  const values = numbers(logNormalCdf(input('x', [grid.length])), { x: grid })
  for (const [i, x] of grid.entries()) expect(Math.abs(values[i]! - logCdf(x))).toBeLessThan(3e-7 * (1 + Math.abs(x)))
})

/** All values of `count` shades, and log P of each. */
function shades(count: number) {
  const x = Array.from({ length: count }, (_, i) => -1 + (2 * i) / (count - 1))
  const [mean, logSigma] = [input('mean', [1]), input('log_sigma', [1])]
  const law = decoderLaw('discretised', { count })
  return { x, logP: law.logProbability(constant(x, [count]), mean, logSigma), mean, logSigma }
}

describe.each([2, 17, 256, 4096])('%d shades', (count) => {
  const { x, logP } = shades(count)
  const cases = [
    [0, 0],
    [0.3, -1],
    [-0.98, -3],
    [1.7, -2],
    [0.5, -5],
    [0.1, 1.5],
  ] as const

  test('sum to one, and are the probabilities of double precision', () => {
    for (const [mean, log_sigma] of cases) {
      const values = numbers(logP, { mean: [mean], log_sigma: [log_sigma] })
      expect(values.reduce((all, each) => all + Math.exp(each), 0)).toBeCloseTo(1, 4)
      for (const [i, value] of values.entries()) {
        const exact = logProbability(Math.fround(x[i]!), mean, Math.exp(log_sigma), { count })
        if (exact > -1e4) expect(Math.abs(value - exact)).toBeLessThan(2e-4 + 1e-4 * Math.abs(exact))
      }
    }
  })

  test('nearly so in single precision', async () => {
    using program = await compile({ logP }, await nodeEngine())
    for (const [mean, log_sigma] of cases) {
      const feeds = { mean: Float32Array.of(mean), log_sigma: Float32Array.of(log_sigma) }
      const values = (await program.run(feeds)).logP as Float32Array
      expect(values.every(Number.isFinite)).toBe(true)
      expect(values.reduce((all, each) => all + Math.exp(each), 0)).toBeCloseTo(1, 2)
    }
  })
})

describe('gradients are differences', () => {
  const laws: readonly (readonly [DecoderLawName, number])[] = [
    ['gaussian', 256],
    ['bernoulli', 2],
    ['discretised', 17],
    ['discretised', 256],
    ['discretised', 4096],
  ]
  test.each(laws)('of %s (%d values)', (name, count) => {
    const [x, output, logSigma] = [input('x', [4]), input('output', [4]), input('log_sigma', [1])]
    const law = decoderLaw(name, { count })
    const value = sum(law.logProbability(x, output, logSigma))
    const wanted = law.hasSigma ? [output, logSigma] : [output]
    const slopes = gradients(value, wanted)
    const feeds = { x: [-1, -0.25, 0.5, 1], output: [-1.1, 0, 0.45, 3], log_sigma: [-1.2] }
    for (const [n, of] of (['output', 'log_sigma'] as const).slice(0, wanted.length).entries()) {
      const slope = numbers(slopes[n]!, feeds)
      for (let i = 0; i < slope.length; i++) {
        const at = (h: number): number =>
          numbers(value, { ...feeds, [of]: feeds[of].map((each, j) => each + (j === i ? h : 0)) })[0]!
        const difference = (at(1e-5) - at(-1e-5)) / 2e-5
        expect(Math.abs(slope[i]! - difference)).toBeLessThan(1e-3 * (1 + Math.abs(difference)))
      }
    }
  })

  test('of bernoulli at a logit of 0: y − ½', () => {
    const logit = input('logit', [1])
    const [slope] = gradients(sum(decoderLaw('bernoulli').logProbability(constant([1], [1]), logit)), [logit])
    expect(numbers(slope, { logit: [0] })[0]).toBeCloseTo(0.5, 12)
  })
})

test('a Gaussian diverges from another by E_q[log q − log p]', () => {
  const real = double({ min: -2, max: 2, noNaN: true })
  assert(
    property(real, real, real, real, (m, v, n, w) => {
      const [q, p] = [gaussianOf(m, v), gaussianOf(n, w)]
      // the mean of a quadratic function: two draws, one standard deviation to each side
      const z = constant([m - Math.exp(v / 2), m + Math.exp(v / 2)], [2, 1])
      const ratio = (one: typeof q): number => {
        const [a, b] = numbers(gaussianLogDensity(one, z)) as [number, number]
        return (a + b) / 2
      }
      expect(numbers(gaussianKl(q, p))[0]).toBeCloseTo(ratio(q) - ratio(p), 3)
    }),
    { numRuns: 50 },
  )
  const q = gaussianOf(0.7, -0.4)
  expect(numbers(gaussianKl(q))).toEqual(numbers(gaussianKl(q, gaussianOf(0, 0))))
})

test('a Gaussian density integrates to one', () => {
  const logP = decoderLaw('gaussian').logProbability(
    input('x', [grid.length]),
    constant([0.3], [1]),
    constant([-0.5], [1]),
  )
  const total = numbers(logP, { x: grid }).reduce((all, each) => all + Math.exp(each) / 20, 0)
  expect(total).toBeCloseTo(1, 6)
})

describe('draws', () => {
  const n = 20_000
  test.each(['gaussian', 'discretised', 'bernoulli'] as const)(
    'of %s have its mean and, where it has one, its σ',
    (name) => {
      const mean = new Float32Array(n).fill(0.25)
      const x = drawValues({ name, sigma: 0.2, values: { count: 17 } }, mean, key(1))
      const average = x.reduce((all, each) => all + each / n, 0)
      const variance = x.reduce((all, each) => all + (each - average) ** 2 / n, 0)
      // a bin's width adds its own variance, w²/12; a coin's is 1 − m²
      const expected = { gaussian: 0.04, discretised: 0.04 + 0.125 ** 2 / 12, bernoulli: 1 - 0.0625 }[name]
      // the widest of the three has a standard error of 0.007
      expect(Math.abs(average - 0.25)).toBeLessThan(0.03)
      expect(variance / expected).toBeCloseTo(1, 1)
      if (name !== 'gaussian') expect(new Set(x).size).toBeLessThanOrEqual(17)
    },
  )
})

test.each([
  ['poisson', {}, /must be gaussian, discretised, bernoulli/],
  ['discretised', { count: 1 }, /two or more/],
] as const)('%s %o is refused', (name, values, message) => {
  expect(() => decoderLaw(name as DecoderLawName, values)).toThrow(message)
})

test('a law with a width needs it', () => {
  const x: Tensor = constant([0], [1])
  expect(() => decoderLaw('gaussian').logProbability(x, x)).toThrow(/log σ is missing/)
})

const gaussianOf = (mean: number, logVariance: number) => ({
  mean: constant([mean], [1, 1]),
  logVariance: constant([logVariance], [1, 1]),
})
