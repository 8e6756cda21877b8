/** Processes against chains of explicit matrices, enumerated path by path. */
import { array, assert, double, nat, property } from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type DiscreteSpec, nearestNeighbours, processOf } from '../../../src/diffusion/discrete/index.ts'
import { key, uniform } from '../../../src/engine/random/index.ts'
import { between, divergence, posteriorByPaths, smallSpecs, stepMatrices } from './chain.ts'

const nameOf = ({ kernel, schedule }: DiscreteSpec, k: number): string => `${kernel} ${schedule} K=${k}`

describe.each(smallSpecs.map((each) => [nameOf(each.spec, each.categories), each] as const))('%s', (_, given) => {
  const { spec, categories, gap } = given
  const steps = spec.steps!
  const chain = processOf(spec, categories)
  const matrices = stepMatrices(spec, categories, gap)
  const { states } = chain
  const everyState = Array.from({ length: states }, (_, i) => i)
  const possible = (t: number, x0: number, token: number) => between(matrices, 0, t)[x0]![token]! > 0
  const known = (x0: number) => Float64Array.from({ length: categories }, (_, k) => (k === x0 ? 0 : -Infinity))
  const reverse = (logP0: Float64Array, token: number, s: number, t: number): number[] => {
    const out = new Float64Array(states)
    chain.reverse(logP0, 0, token, s / steps, t / steps, out)
    return [...out].map(Math.exp)
  }

  it('q(x_t | x₀)', () => {
    for (let t = 1; t <= steps; t++) {
      const law = between(matrices, 0, t)
      for (const token of everyState) {
        const logs = new Float64Array(categories)
        chain.addEvidence(logs, 0, token, t / steps)
        const seen = [...logs].map(Math.exp)
        // under masks the evidence is up to a factor: 1 at what is seen, or at all categories
        const truth = law.slice(0, categories).map((row) => row[token]!)
        const scale = chain.mask === null ? 1 : Math.max(...truth)
        if (scale > 0) truth.forEach((p, k) => expect(seen[k]! * scale).toBeCloseTo(p, 10))
      }
    }
  })

  it('x_t is drawn from it, and from q(x_t | x_s): shares of evenly spread uniform numbers', () => {
    const n = 2000
    const expectShares = (out: Int32Array, truth: readonly number[]): void => {
      for (const token of everyState) {
        const share = out.reduce((sum, each) => sum + Number(each === token), 0) / n
        expect(Math.abs(share - truth[token]!)).toBeLessThan(3 / n + 1e-9)
      }
    }
    const spread = Float64Array.from({ length: n }, (_, i) => (i + 0.5) / n)
    for (let x0 = 0; x0 < categories; x0++) {
      for (let t = 1; t <= steps; t++) {
        const out = new Int32Array(n)
        chain.corrupt(new Int32Array(n).fill(x0), t / steps, spread, out)
        expectShares(out, between(matrices, 0, t)[x0]!)
        for (let s = 1; s < t; s++) {
          chain.corrupt(new Int32Array(n).fill(x0), t / steps, spread, out, s / steps)
          expectShares(out, between(matrices, s, t)[x0]!)
        }
      }
    }
  })

  it('q(x_s | x_t, x₀) for all s < t', () => {
    for (let t = 2; t <= steps; t++) {
      for (let s = 1; s < t; s++) {
        for (let x0 = 0; x0 < categories; x0++) {
          for (const token of everyState) {
            if (!possible(t, x0, token)) continue
            const truth = posteriorByPaths(matrices, s, t, x0, token)
            reverse(known(x0), token, s, t).forEach((p, j) => expect(p).toBeCloseTo(truth[j]!, 10))
          }
        }
      }
    }
  })

  test('p(x_s | x_t) is its mean over p(x₀ | x_t), and D_KL is the sum over all states', () => {
    const weights = array(double({ min: 0.05, max: 1, noNaN: true }), {
      minLength: categories,
      maxLength: categories,
    })
    assert(
      property(weights, nat(), nat(), nat(), (given, a, b, c) => {
        const t = 2 + (a % (steps - 1))
        const s = 1 + (b % (t - 1))
        const x0 = c % categories
        for (const token of everyState) {
          if (!possible(t, x0, token)) continue
          const masses = given.map((w, k) => (possible(t, k, token) ? w : 0))
          const total = masses.reduce((sum, w) => sum + w, 0)
          const p0 = masses.map((w) => w / total)
          const mixture = everyState.map((j) =>
            p0.reduce((sum, p, k) => (p > 0 ? sum + p * posteriorByPaths(matrices, s, t, k, token)[j]! : sum), 0),
          )
          const logP0 = Float64Array.from(p0, Math.log)
          reverse(logP0, token, s, t).forEach((p, j) => expect(p).toBeCloseTo(mixture[j]!, 10))
          const truth = divergence(posteriorByPaths(matrices, s, t, x0, token), mixture)
          expect(chain.divergence(logP0, 0, token, x0, s / steps, t / steps)).toBeCloseTo(truth, 9)
          expect(chain.divergence(logP0, 0, token, x0, 0, t / steps)).toBeCloseTo(-Math.log(p0[x0]!), 10)
        }
      }),
      { numRuns: 20 },
    )
  })

  it('D_KL(q(x_T | x₀) ‖ prior), the prior being what is drawn', () => {
    const n = 6000
    const drawn = new Int32Array(n)
    chain.drawPrior(
      Float64Array.from({ length: n }, (_, i) => (i + 0.5) / n),
      drawn,
    )
    const prior = everyState.map((token) => drawn.reduce((sum, each) => sum + Number(each === token), 0) / n)
    for (let x0 = 0; x0 < categories; x0++) {
      const truth = divergence(between(matrices, 0, steps)[x0]!, prior)
      expect(chain.priorDivergence(x0)).toBeCloseTo(truth, 6)
    }
  })
})

/** θ_post of the paper on multinomial diffusion, equation 13: x̂₀ goes in where x₀ would be. */
test('the uniform kernel is multinomial diffusion', () => {
  const [k, steps] = [5, 7]
  const chain = processOf({ kernel: 'uniform', schedule: 'cosine', steps, objective: 'bound' }, k)
  const alphaBar = (i: number): number =>
    i === 0
      ? 1
      : i === steps
        ? 0
        : Math.cos((((i / steps + 0.008) / 1.008) * Math.PI) / 2) ** 2 / Math.cos(((0.008 / 1.008) * Math.PI) / 2) ** 2
  const guess = [0.4, 0.1, 0.25, 0.05, 0.2]
  for (let t = 2; t <= steps; t++) {
    for (let token = 0; token < k; token++) {
      const alpha = alphaBar(t) / alphaBar(t - 1)
      const raw = guess.map(
        (p, j) => (alpha * Number(j === token) + (1 - alpha) / k) * (alphaBar(t - 1) * p + (1 - alphaBar(t - 1)) / k),
      )
      const total = raw.reduce((sum, each) => sum + each, 0)
      const logits = Float64Array.from(guess, Math.log)
      chain.addEvidence(logits, 0, token, t / steps)
      const weight = logits.reduce((sum, each) => sum + Math.exp(each), 0)
      const posterior = logits.map((each) => each - Math.log(weight))
      const out = new Float64Array(k)
      chain.reverse(posterior, 0, token, (t - 1) / steps, t / steps, out)
      raw.forEach((each, j) => expect(Math.exp(out[j]!)).toBeCloseTo(each / total, 12))
    }
  }
})

test('a graph that joins all categories is the uniform kernel', () => {
  const k = 5
  const neighbours = nearestNeighbours([0, 1, 4, 9, 16], k, k - 1)
  const options = { schedule: 'cosine', steps: 6, objective: 'bound' } as const
  const graph = processOf({ kernel: 'neighbour', neighbours, ...options }, k)
  const plain = processOf({ kernel: 'uniform', ...options }, k)
  for (let i = 1; i <= 6; i++) {
    const [a, b] = [graph, plain].map((each) => {
      const logs = new Float64Array(k)
      each.addEvidence(logs, 0, 2, i / 6)
      return logs
    })
    a!.forEach((each, j) => expect(each).toBeCloseTo(b![j]!, 9))
  }
})

test('nearest neighbours of points on a line', () => {
  expect(nearestNeighbours([0, 1, 3, 3.5], 4, 1)).toEqual([[1], [0], [3], [2]])
})

describe('mutual information falls linearly', () => {
  const marginal = [0.5, 0.3, 0.15, 0.05]
  const entropy = marginal.reduce((sum, p) => sum - p * Math.log(p), 0)
  const kernels: readonly DiscreteSpec[] = [
    { kernel: 'uniform', schedule: 'mutual-information', steps: 8, objective: 'bound', marginal },
    { kernel: 'absorbing', schedule: 'mutual-information', steps: 8, objective: 'bound', marginal },
    {
      kernel: 'neighbour',
      schedule: 'mutual-information',
      steps: 8,
      objective: 'bound',
      marginal,
      neighbours: [[1], [2], [3], [0]],
    },
  ]
  it.each(kernels)('$kernel', (spec) => {
    const chain = processOf(spec, 4)
    const n = 40_000
    const spread = Float64Array.from({ length: n }, (_, i) => (i + 0.5) / n)
    for (const i of [1, 4, 7]) {
      const rows = marginal.map((_, x0) => {
        const out = new Int32Array(n)
        chain.corrupt(new Int32Array(n).fill(x0), i / 8, spread, out)
        return Array.from(
          { length: chain.states },
          (_, j) => out.reduce((sum, each) => sum + Number(each === j), 0) / n,
        )
      })
      const mixed = rows[0]!.map((_, j) => rows.reduce((sum, row, x0) => sum + marginal[x0]! * row[j]!, 0))
      const information = rows.reduce((sum, row, x0) => sum + marginal[x0]! * divergence(row, mixed), 0)
      expect(information / entropy).toBeCloseTo(1 - i / 8, 3)
    }
  })
})

test('all categories are reached, and rarely lost tokens become any of them alike', () => {
  const chain = processOf({ kernel: 'uniform', schedule: 'linear', steps: 1000, objective: 'bound' }, 50_000)
  const n = 200_000
  const out = new Int32Array(n)
  chain.corrupt(new Int32Array(n), 0.001, uniform(key(1), new Float64Array(n)), out)
  const moved = [...out].filter((token) => token !== 0)
  expect(moved.length / n).toBeCloseTo(0.001, 3)
  expect(new Set(moved).size).toBeGreaterThan(moved.length - 8)
})

describe('refuses by name', () => {
  const base: DiscreteSpec = { kernel: 'uniform', schedule: 'linear', steps: 10, objective: 'bound' }
  it.each([
    [{ kernel: 'normal' as 'uniform' }, 4, /unknown kernel: normal/],
    [{ schedule: 'sigmoid' as 'linear' }, 4, /unknown schedule: sigmoid/],
    [{ objective: 'elbo' as 'bound' }, 4, /unknown objective: elbo/],
    [{}, 1, /1 categories/],
    [{ steps: 0 }, 4, /steps 0/],
    [{ kernel: 'gaussian', steps: null }, 4, /kernel gaussian: continuous time/],
    [{ kernel: 'gaussian', schedule: 'cosine' }, 4, /gaussian with schedule cosine/],
    [{ kernel: 'gaussian', steps: 5000 }, 256, /5000 tables of 256/],
    [{ kernel: 'gaussian', beta: [1, 0.5] }, 4, /beta \[1, 0.5\]/],
    [{ kernel: 'neighbour' }, 4, /needs the neighbours/],
    [{ kernel: 'neighbour', neighbours: [[1], [0], [3], [2]] }, 4, /not joined/],
    [
      { kernel: 'neighbour' },
      1000,
      /1000 categories: each of its times needs a dense table of 1000 × 1000; at most 512/,
    ],
    [{ marginal: [1, 2] }, 4, /marginal: must be 4/],
    [{ lambda: -1 }, 4, /lambda -1/],
  ] as const)('%j', (change, categories, message) => {
    expect(() => processOf({ ...base, ...change } as DiscreteSpec, categories)).toThrow(message)
  })

  it('a time that is no step', () => {
    const chain = processOf({ ...base, kernel: 'gaussian' }, 4)
    expect(() => chain.addEvidence(new Float64Array(4), 0, 0, 0.55)).toThrow(/time 0.55 is no step: the process has 10/)
  })
})
