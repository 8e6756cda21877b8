/** Hierarchies of Gaussian codes: linear ones against the exact marginal, and a diffusion model as one of them. */
import { assert, constantFrom, double, property, record, tuple } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { add, constant, filled, input, mul, type Tensor } from '../../../src/engine/graph/index.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { gaussianDenoiser } from '../../../src/diffusion/denoise/index.ts'
import {
  decoderLaw,
  generateLevels,
  type Hierarchy,
  hierarchyBound,
  type HierarchyOrder,
  importanceBound,
  noiseHierarchy,
  standardNormal,
} from '../../../src/diffusion/latent/index.ts'
import { variationalBound } from '../../../src/diffusion/likelihood/index.ts'
import { cosineSchedule, transition } from '../../../src/diffusion/noise/index.ts'
import { average, exactNoise, numbers } from './support.ts'

/** x = a z₁ + c z₂ + s e, z₁ = b z₂ + r e, z₂ from N(0, 1), each of two dimensions alone; c is 0 if left out. */
interface Chain {
  readonly a: readonly [number, number]
  readonly b: readonly [number, number]
  readonly c?: readonly [number, number]
  readonly r: readonly [number, number]
  readonly s: number
}

const pair = (of: (i: 0 | 1) => number): [number, number] => [of(0), of(1)]
const row = (values: readonly number[], items: number): Tensor =>
  add(constant([...values], [1, 2]), filled(0, [items, 2]))

/** The Gaussian of z₁ given what is known of it: a prior N(m, v), and x. */
function conjugate({ a, s }: Chain, i: 0 | 1, v: number): { readonly gain: number; readonly variance: number } {
  const gain = (v * a[i]) / (a[i] ** 2 * v + s ** 2)
  return { gain, variance: v * (1 - gain * a[i]) }
}

/** The hierarchy with its exact posterior; `wrong` adds to the means and log-variances of its encoder. */
function linearHierarchy(chain: Chain, order: HierarchyOrder, wrong = 0): Hierarchy {
  const { a, b, c = [0, 0], r, s } = chain
  const marginal = pair((i) => b[i] ** 2 + r[i] ** 2)
  const gaussian = (mean: Tensor, variance: readonly number[]) => ({
    mean: add(mean, wrong),
    logVariance: row(
      variance.map((each) => Math.log(each) + wrong),
      mean.shape[0]!,
    ),
  })
  const times = (x: Tensor, factors: readonly number[]): Tensor => mul(x, constant([...factors], [1, 2]))
  return {
    latentShapes: [[2], [2]],
    order,
    features: (x) => [x],
    posterior(level, [x], [neighbour]) {
      if (order === 'bottom-up' && level === 0) {
        const given = pair((i) => conjugate(chain, i, marginal[i]).gain)
        return gaussian(
          times(x!, given),
          pair((i) => conjugate(chain, i, marginal[i]).variance),
        )
      }
      if (order === 'bottom-up') {
        return gaussian(
          times(
            neighbour!,
            pair((i) => b[i] / marginal[i]),
          ),
          pair((i) => r[i] ** 2 / marginal[i]),
        )
      }
      if (level === 1) {
        const slope = pair((i) => a[i] * b[i] + c[i])
        const gain = pair((i) => slope[i] / (slope[i] ** 2 + a[i] ** 2 * r[i] ** 2 + s ** 2))
        return gaussian(
          times(x!, gain),
          pair((i) => 1 - gain[i] * slope[i]),
        )
      }
      const known = pair((i) => conjugate(chain, i, r[i] ** 2).gain)
      const mean = add(
        times(
          neighbour!,
          pair((i) => (1 - known[i] * a[i]) * b[i] - known[i] * c[i]),
        ),
        times(x!, known),
      )
      return gaussian(
        mean,
        pair((i) => conjugate(chain, i, r[i] ** 2).variance),
      )
    },
    prior: (_, [above], shape) =>
      above
        ? {
            mean: times(above, b),
            logVariance: row(
              r.map((each) => 2 * Math.log(each)),
              shape[0]!,
            ),
          }
        : standardNormal(shape),
    output: ([one, two]) => add(times(one!, a), times(two!, c)),
  }
}

function logMarginal({ a, b, c = [0, 0], r, s }: Chain, x: readonly [number, number]): number {
  const each = pair((i) => {
    const variance = (a[i] * b[i] + c[i]) ** 2 + (a[i] * r[i]) ** 2 + s ** 2
    return -0.5 * (Math.log(2 * Math.PI * variance) + x[i] ** 2 / variance)
  })
  return each[0] + each[1]
}

/** Its bound at one x, with these draws `[k, 4]`. */
function boundAt(hierarchy: Hierarchy, { s }: Chain, x: readonly number[], noise: readonly (readonly number[])[]) {
  const bound = hierarchyBound(hierarchy, decoderLaw('gaussian'), {
    x: constant([...x], [1, 2]),
    noise: constant(noise.flat(), [1, noise.length, 4]),
    logSigma: constant([Math.log(s)], [1]),
  })
  return { ...bound, logWeights: add(bound.logLikelihood, bound.logRatio) }
}

const orders = ['bottom-up', 'top-down'] as const

describe('a linear hierarchy', () => {
  const factor = double({ min: 0.3, max: 2, noNaN: true })
  const chains = record({ a: tuple(factor, factor), b: tuple(factor, factor), r: tuple(factor, factor), s: factor })
  const points = tuple(double({ min: -3, max: 3, noNaN: true }), double({ min: -3, max: 3, noNaN: true }))

  test('with its exact posterior, every draw has the weight p(x), and the bound has no gap', () => {
    assert(
      property(chains, points, constantFrom(...orders), (chain, x, order) => {
        const bound = boundAt(linearHierarchy(chain, order), chain, x, exactNoise(4))
        const exact = logMarginal(chain, x)
        for (const each of numbers(bound.logWeights)) expect(each).toBeCloseTo(exact, 5)
        // the draws average quadratic functions exactly
        expect(-numbers(bound.total)[0]!).toBeCloseTo(exact, 5)
      }),
      { numRuns: 50 },
    )
  })

  test('data of which both levels speak: so does a ladder whose levels are generated from all above', () => {
    assert(
      property(chains, tuple(factor, factor), points, (chain, c, x) => {
        const both = { ...chain, c }
        const bound = boundAt(linearHierarchy(both, 'top-down'), both, x, exactNoise(4))
        const exact = logMarginal(both, x)
        for (const each of numbers(bound.logWeights)) expect(each).toBeCloseTo(exact, 5)
        expect(-numbers(bound.total)[0]!).toBeCloseTo(exact, 5)
      }),
      { numRuns: 50 },
    )
  })

  const chain: Chain = { a: [1.2, 0.7], b: [0.8, 1.5], r: [0.6, 0.9], s: 0.5 }
  const x = [1.1, -0.8] as const

  test.each(orders)('%s: terms add up, level by level and number by number', (order) => {
    const { terms, total, kl, klByLevel, klByDimension } = boundAt(
      linearHierarchy(chain, order, 0.2),
      chain,
      x,
      exactNoise(4),
    )
    const [one, two] = numbers(klByLevel) as [number, number]
    expect(numbers(terms.kl1!)[0]).toBeCloseTo(one, 10)
    expect(numbers(terms.kl2!)[0]).toBeCloseTo(two, 10)
    expect(numbers(kl)[0]).toBeCloseTo(one + two, 10)
    const each = numbers(klByDimension)
    expect(each[0]! + each[1]!).toBeCloseTo(one, 10)
    expect(each[2]! + each[3]!).toBeCloseTo(two, 10)
    expect(numbers(total)[0]).toBeCloseTo(numbers(terms.reconstruction!)[0]! + one + two, 10)
  })

  test('the two ways to the same joint posterior give the same bound, and no other does better', () => {
    const [up, down] = orders.map(
      (order) => numbers(boundAt(linearHierarchy(chain, order), chain, x, exactNoise(4)).total)[0]!,
    )
    expect(up).toBeCloseTo(down!, 6)
    for (const order of orders) {
      for (const wrong of [-0.3, 0.3]) {
        const [worse] = numbers(boundAt(linearHierarchy(chain, order, wrong), chain, x, exactNoise(4)).total)
        expect(worse! - up!).toBeGreaterThan(0.02)
      }
    }
  })

  test.each(orders)('%s: a wrong encoder; more draws come closer to log p(x), from below', (order) => {
    const draws = 8192
    const flat = normal(key('hierarchy'), new Float64Array(4 * draws))
    const noise = Array.from({ length: draws }, (_, i) => Array.from(flat.subarray(4 * i, 4 * i + 4)))
    const { logWeights } = boundAt(linearHierarchy(chain, order, 0.4), chain, x, noise)
    const weights = constant(numbers(logWeights), [draws])
    const at = (k: number): number => average(numbers(importanceBound(weights, k)))
    const bounds = [1, 4, 32, draws].map(at) as [number, number, number, number]
    const exact = logMarginal(chain, x)
    expect(bounds[1] - bounds[0]).toBeGreaterThan(0.05)
    expect(bounds[2] - bounds[1]).toBeGreaterThan(0.01)
    expect(bounds[3] - bounds[2]).toBeGreaterThan(0)
    expect(exact - bounds[2]).toBeGreaterThan(0)
    expect(Math.abs(exact - bounds[3])).toBeLessThan(0.03)
  })

  test('what it generates has the marginal of the data, and a given top replaces the highest draw', () => {
    const hierarchy = linearHierarchy(chain, 'top-down')
    const noise = exactNoise(4)
    const levels = [0, 2].map((from) =>
      constant(
        noise.flatMap((each) => each.slice(from, from + 2)),
        [8, 2],
      ),
    )
    const values = numbers(hierarchy.output(generateLevels(hierarchy, levels)))
    for (const i of [0, 1] as const) {
      const square = average(values.filter((_, n) => n % 2 === i).map((each) => each ** 2))
      expect(square).toBeCloseTo(chain.a[i] ** 2 * (chain.b[i] ** 2 + chain.r[i] ** 2), 6)
    }
    const silent = [filled(0, [8, 2]), levels[1]!]
    const given = generateLevels(hierarchy, silent, constant([1, 2, ...Array(14).fill(0)], [8, 2]))
    expect(numbers(given[0]!).slice(0, 4)).toEqual(
      [chain.b[0], 2 * chain.b[1], 0, 0].map((each) => expect.closeTo(each, 6)),
    )
  })
})

describe('a diffusion model is a hierarchy whose encoder is the noise kernel', () => {
  const schedule = cosineSchedule()
  const times = [0.1, 0.3, 0.55, 0.8, 1]
  const [mean, variance] = [0.2, 0.3]
  const denoiser = gaussianDenoiser({ schedule, mean: [mean, mean], covariance: variance })
  const x0 = Float64Array.of(0.5, -0.3, 1, 0.1)
  /** ε of x_t = α x₀ + σ ε at each of the times, `[2, 2]`. */
  const draws = times.map((_, index) => normal(key(`level ${index}`), new Float64Array(4)))

  /** The noise of the hierarchy's own draws, from the top down, by which its codes are those x_t. */
  const noise = times.map((t, level) => {
    if (level === times.length - 1) return draws[level]!
    const after = times[level + 1]!
    const { posterior } = transition(schedule, t, after)
    const at = (time: number, index: number, i: number): number =>
      schedule.alpha(time) * x0[i]! + schedule.sigma(time) * draws[index]![i]!
    return x0.map((x, i) => {
      const back = posterior.x * at(after, level + 1, i) + posterior.sample * x
      return (at(t, level, i) - back) / Math.sqrt(posterior.variance)
    })
  })
  const fed = [0, 1].flatMap((item) => noise.flatMap((each) => [each[2 * item]!, each[2 * item + 1]!]))

  const denoise = (x: Tensor, t: number): Tensor => {
    const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
    const scale = 1 / (alpha ** 2 * variance + sigma ** 2)
    return add(mul(x, alpha * variance * scale), mean * sigma ** 2 * scale)
  }

  test.each([
    ['small', 'gaussian'],
    ['large', 'gaussian'],
    ['small', 'discretised'],
  ] as const)('its bound is the variational bound, term by term: %s variances, %s data', async (kind, law) => {
    const decoderVariance = 0.05
    const expected = await variationalBound(denoiser, x0, {
      times,
      variance: kind,
      decoderVariance,
      ...(law === 'discretised' && { bins: {} }),
      noise: (out, index) => out.set(draws[index]!),
    })
    const { terms, total } = hierarchyBound(
      noiseHierarchy({ schedule, times, shape: [2], denoise, variance: kind }),
      decoderLaw(law),
      {
        x: input('x', [2, 2]),
        noise: input('noise', [2, 1, 2 * times.length]),
        logSigma: constant([Math.log(decoderVariance) / 2], [1]),
      },
    )
    const feeds = { x: x0, noise: fed }
    const close = (term: Tensor, values: ArrayLike<number>): void => {
      const found = numbers(term, feeds)
      expect(found.length).toBe(values.length)
      found.forEach((each, i) => expect(each).toBeCloseTo(values[i]!, 4))
    }
    close(terms.reconstruction!, expected.decoder)
    expected.transitions.forEach(({ nats }, level) => close(terms[`kl${level + 1}`]!, nats))
    close(terms[`kl${times.length}`]!, expected.prior)
    close(total, expected.total)
  })

  test('times that do not rise are refused', () => {
    const make = (some: readonly number[]) => () => noiseHierarchy({ schedule, times: some, shape: [2], denoise })
    expect(make([0.5, 0.5])).toThrow(/must rise/)
    expect(make([0, 0.5])).toThrow(/must rise/)
    expect(make([])).toThrow(/must rise/)
  })
})
