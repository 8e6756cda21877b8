/**
 * The bound against what enumeration gives: the expectation of log p(x_{0…T})/q(x_{1…T} | x₀) over pairs of states of explicit
 * chains, the exact likelihood of the reverse chain, and the entropy of the data.
 */
import { describe, expect, it, test } from 'vitest'
import {
  type CategoricalDenoiser,
  discreteBound,
  type DiscreteSpec,
  exactDenoiser,
  processOf,
} from '../../../src/diffusion/discrete/index.ts'
import { between, smallSpecs, stepMatrices } from './chain.ts'
import { allStates, priorTable, reverseTable, sampledLaw } from './reverse-chain.ts'

const nameOf = ({ kernel, schedule, steps }: DiscreteSpec): string => `${kernel} ${schedule} ${steps ?? '∞'}`
const average = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length

/** Mean and four standard errors of items that are all the same but for their noise. */
async function drawn(denoiser: CategoricalDenoiser, x0: readonly number[], items: number, terms?: number) {
  const copies = Int32Array.from({ length: items * x0.length }, (_, i) => x0[i % x0.length]!)
  const { total } = await discreteBound(denoiser, copies, { seed: 3, ...(terms !== undefined && { terms }) })
  const mean = average(total)
  return { mean, margin: 4 * Math.sqrt(average(total.map((each) => (each - mean) ** 2)) / items) + 1e-9 }
}

/** −E log p(x₀ … x_T)/q(x₁ … x_T | x₀) over x₁ … x_T ~ q, step by step. */
async function exactBound(
  denoiser: CategoricalDenoiser,
  x0: readonly number[],
  matrices: ReturnType<typeof stepMatrices>,
) {
  const steps = matrices.length
  const { states } = denoiser.process
  const all = allStates(states, x0.length)
  const law = (t: number, from: readonly number[], to: readonly number[], s = 0): number => {
    const matrix = between(matrices, s, t)
    return from.reduce((p, token, i) => p * matrix[token]![to[i]!]!, 1)
  }
  const prior = priorTable(denoiser)
  let nats = all.reduce((sum, x, n) => {
    const q = law(steps, x0, x)
    return q > 0 ? sum - q * Math.log(prior[n]!) : sum
  }, 0)
  for (let t = 1; t <= steps; t++) {
    const reverse = await reverseTable(denoiser, (t - 1) / steps, t / steps)
    for (const [from, xs] of all.entries()) {
      const here = law(t - 1, x0, xs)
      if (here === 0) continue
      for (const [to, xt] of all.entries()) {
        const step = law(t, xs, xt, t - 1)
        if (here * step > 0) nats += here * step * (Math.log(step) - Math.log(reverse[to]![from]!))
      }
    }
  }
  return nats
}

const pairs = (categories: number): number[] =>
  allStates(categories, 2).map(([a, b]) => (a === b ? 3 : 1) * (1 + 0.5 * a!) * (1 + 0.2 * b!))

describe.each(smallSpecs.map((each) => [nameOf(each.spec), each] as const))('%s', (_, { spec, categories, gap }) => {
  const process = processOf(spec, categories)
  const matrices = stepMatrices(spec, categories, gap)

  it('of one token, the bound of the exact denoiser is the entropy, where nothing is left at the end', async () => {
    const marginal = Array.from({ length: categories }, (__, k) => (k + 1) ** 2)
    const sum = marginal.reduce((a, b) => a + b, 0)
    const denoiser = exactDenoiser(process, [1], marginal)
    let [bound, entropy, prior] = [0, 0, 0]
    for (let k = 0; k < categories; k++) {
      const p = marginal[k]! / sum
      bound += p * (await exactBound(denoiser, [k], matrices))
      entropy -= p * Math.log(p)
      prior += p * process.priorDivergence(k)
    }
    expect(bound).toBeGreaterThan(entropy - 1e-7)
    if (prior < 1e-9) expect(bound).toBeCloseTo(entropy, 7)
    else expect(bound).toBeLessThan(entropy + prior)
  })

  it('of two tokens it is that of the paths, and above −log p of the reverse chain', async () => {
    const denoiser = exactDenoiser(process, [2], pairs(categories))
    const times = Array.from({ length: spec.steps! + 1 }, (__, i) => 1 - i / spec.steps!)
    const law = await sampledLaw(denoiser, times)
    for (const x0 of [
      [0, 0],
      [1, 0],
    ]) {
      const truth = await exactBound(denoiser, x0, matrices)
      const { mean, margin } = await drawn(denoiser, x0, 1000)
      expect(Math.abs(mean - truth)).toBeLessThan(margin)
      expect(truth).toBeGreaterThan(-Math.log(law[x0[0]! * process.states + x0[1]!]!))
    }
  })

  it('a few terms stand for all', async () => {
    const denoiser = exactDenoiser(process, [2], pairs(categories))
    const truth = await exactBound(denoiser, [1, 1], matrices)
    const totals: number[] = []
    for (let seed = 0; seed < 200; seed++) {
      const { total, transitions } = await discreteBound(denoiser, Int32Array.of(1, 1, 1, 1, 1, 1, 1, 1), {
        seed,
        terms: 2,
      })
      expect(transitions.length).toBe(2)
      totals.push(average(total))
    }
    const mean = average(totals)
    const error = Math.sqrt(average(totals.map((each) => (each - mean) ** 2)) / totals.length)
    expect(Math.abs(mean - truth)).toBeLessThan(4 * error)
  })
})

describe('continuous time', () => {
  const specs = (['absorbing', 'uniform'] as const).flatMap((kernel) =>
    (['linear', 'cosine'] as const).map((schedule): DiscreteSpec => ({
      kernel,
      schedule,
      steps: null,
      objective: 'bound',
    })),
  )
  it.each(specs.map((spec) => [nameOf(spec), spec] as const))('%s: of one token it is −log p', async (_, spec) => {
    const denoiser = exactDenoiser(processOf(spec, 3), [1], [0.6, 0.3, 0.1])
    let [bound, margin] = [0, 0]
    for (const [k, p] of [0.6, 0.3, 0.1].entries()) {
      const own = await drawn(denoiser, [k], 400, 64)
      bound += p * own.mean
      margin += p * own.margin
    }
    const entropy = -[0.6, 0.3, 0.1].reduce((sum, p) => sum + p * Math.log(p), 0)
    expect(Math.abs(bound - entropy)).toBeLessThan(margin)
    expect(margin).toBeLessThan(0.2)
  })

  it('masks: of several tokens too, for the order in which they are lifted does not matter to the exact posterior', async () => {
    const joint = pairs(3)
    const denoiser = exactDenoiser(processOf(specs[0]!, 3), [2], joint)
    const p = joint[2]! / joint.reduce((a, b) => a + b, 0)
    const { mean, margin } = await drawn(denoiser, [0, 2], 800, 64)
    expect(Math.abs(mean + Math.log(p))).toBeLessThan(margin)
  })
})

test('an item does not depend on its batch, and all terms are reported', async () => {
  const process = processOf({ kernel: 'uniform', schedule: 'cosine', steps: 6, objective: 'bound' }, 3)
  const denoiser = exactDenoiser(process, [2], pairs(3))
  const x0 = Int32Array.of(0, 1, 2, 2, 1, 0)
  const seen: string[] = []
  const whole = await discreteBound(denoiser, x0, { onTerm: (done, total) => seen.push(`${done}/${total}`) })
  const part = await discreteBound(denoiser, x0.subarray(2), { firstItem: 1 })
  expect([...whole.total.subarray(1)]).toEqual([...part.total])
  expect(seen).toEqual(['1/6', '2/6', '3/6', '4/6', '5/6', '6/6'])
  expect(whole.transitions.map(({ s, t, weight }) => [Math.round(6 * s), Math.round(6 * t), weight])).toEqual(
    [1, 2, 3, 4, 5].map((i) => [i, i + 1, 1]),
  )
})

test('tokens that make no sense are refused', async () => {
  const process = processOf({ kernel: 'absorbing', schedule: 'linear', steps: null, objective: 'bound' }, 3)
  const denoiser = exactDenoiser(process, [2], pairs(3))
  await expect(discreteBound(denoiser, Int32Array.of(0, 1, 2))).rejects.toThrow(/3 tokens are no whole items of 2/)
  await expect(discreteBound(denoiser, Int32Array.of(0, 3))).rejects.toThrow(/token 3 at place 1: the data have 3/)
  expect(() => exactDenoiser(process, [2], [1, 2])).toThrow(/2 numbers for 3\^2 sequences/)
})
