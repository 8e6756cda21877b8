/** What samplers draw, counted, against the law that enumeration gives, and against the data's own. */
import { describe, expect, it, test } from 'vitest'
import {
  ancestralTokens,
  type CategoricalDenoiser,
  type DiscreteSpec,
  exactDenoiser,
  fromLogits,
  guideTokens,
  maskPredict,
  mdlm,
  processOf,
  sampleTokens,
  sampleTokensFinal,
  type TokenSampleOptions,
  tokenSamplerByName,
  tokenSamplers,
  tokenTimes,
} from '../../../src/diffusion/discrete/index.ts'
import { smallSpecs } from './chain.ts'
import { allStates, chiSquare, sampledLaw } from './reverse-chain.ts'

const length = 3
/** Sequences of three that hang together. */
const jointOf = (categories: number): number[] =>
  allStates(categories, length).map(([a, b, c]) => (1 + 3 * Number(a === b) + 2 * Number(b !== c)) * (1 + 0.5 * c!))
const lawOf = (joint: readonly number[]): number[] => {
  const total = joint.reduce((sum, each) => sum + each, 0)
  return joint.map((each) => each / total)
}

async function countsOf(denoiser: CategoricalDenoiser, options: TokenSampleOptions): Promise<number[]> {
  const { states } = denoiser.process
  const x = await sampleTokensFinal(denoiser, options)
  const counts = Array.from({ length: states ** length }, () => 0)
  for (let at = 0; at < x.length; at += length) {
    counts[x.subarray(at, at + length).reduce((place, token) => place * states + token, 0)]!++
  }
  return counts
}

function expectLaw(counts: readonly number[], law: readonly number[]): void {
  const { chi, freedom } = chiSquare(counts, law)
  expect(freedom).toBeGreaterThan(0)
  expect(chi).toBeLessThan(freedom + 4 * Math.sqrt(2 * freedom))
}

/** The law of data over states, which has masks in none of them. */
const overStates = ({ process }: CategoricalDenoiser, law: readonly number[]): number[] =>
  allStates(process.states, length).map((x) =>
    x.includes(process.categories) ? 0 : law[x.reduce((place, token) => place * process.categories + token, 0)]!,
  )

const masks: DiscreteSpec = { kernel: 'absorbing', schedule: 'linear', steps: null, objective: 'bound' }
const maskedDenoiser = exactDenoiser(processOf(masks, 3), [length], jointOf(3))
const anyDenoiser = exactDenoiser(processOf({ ...masks, kernel: 'uniform' }, 2), [length], jointOf(2))

describe('ancestral', () => {
  it.each(smallSpecs.map((each) => [`${each.spec.kernel} ${each.spec.schedule}`, each] as const))(
    '%s: the law of the reverse chain, in all steps and in fewer',
    async (_, { spec, categories }) => {
      const few = Math.min(categories, 3)
      const { neighbours } = spec
      const own = neighbours ? { ...spec, neighbours: [[1], [2], [0]] } : spec
      const denoiser = exactDenoiser(processOf(own, few), [length], jointOf(few))
      for (const steps of [spec.steps!, 3]) {
        const law = await sampledLaw(denoiser, tokenTimes(denoiser.process, steps))
        expect(law.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9)
        expectLaw(await countsOf(denoiser, { sampler: ancestralTokens(), steps, batch: 3000, seed: 5 }), law)
      }
    },
  )

  it('in many steps: the law of the data', async () => {
    for (const denoiser of [maskedDenoiser, anyDenoiser]) {
      const law = overStates(denoiser, lawOf(jointOf(denoiser.process.categories)))
      expectLaw(await countsOf(denoiser, { sampler: ancestralTokens(), steps: 100, batch: 1500, seed: 2 }), law)
    }
  })

  it('of one step the tokens are independent, which is not the law of the data', async () => {
    const law = overStates(maskedDenoiser, lawOf(jointOf(3)))
    const { chi, freedom } = chiSquare(await countsOf(maskedDenoiser, { steps: 1, batch: 3000 }), law)
    expect(chi).toBeGreaterThan(10 * freedom)
  })
})

describe('mdlm', () => {
  it('asks at most once for each token, and draws what ancestral sampling draws', async () => {
    let last
    for await (const step of sampleTokens(maskedDenoiser, { sampler: mdlm(), steps: 200, seed: 4 })) last = step
    expect(last!.evaluations).toBeLessThanOrEqual(length)
    expect(last!.total).toBe(200)
    const plain = await sampleTokensFinal(maskedDenoiser, { sampler: ancestralTokens(), steps: 200, seed: 4 })
    expect([...last!.x]).toEqual([...plain])
  })

  it('asks every time where the answer depends on time', async () => {
    const aware: CategoricalDenoiser = { ...maskedDenoiser, timeless: false }
    let [evaluations, asked] = [0, 0]
    let masked = true
    for await (const step of sampleTokens(aware, { sampler: mdlm(), steps: 20, seed: 1 })) {
      asked += Number(masked)
      evaluations = step.evaluations
      masked = step.x.includes(3)
    }
    expect(evaluations).toBe(asked)
    expect(asked).toBeGreaterThan(length)
  })
})

describe('mask-predict', () => {
  it('lifts as many masks as the cosine says, and never puts one on a token that is settled', async () => {
    const size = 40
    const process = processOf(masks, 4)
    const flat = fromLogits(process, [size], (xt) => new Float32Array(xt.length * 4))
    const left: number[] = []
    let before: Int32Array | undefined
    for await (const { x, s, t } of sampleTokens(flat, { sampler: maskPredict(), steps: 8 })) {
      left.push(x.filter((token) => token === 4).length)
      expect(s).toBeLessThan(t)
      before?.forEach((token, i) => token !== 4 && expect(x[i]).toBe(token))
      before = x.slice()
    }
    expect(left).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((i) => Math.floor(size * Math.cos((i / 8) * (Math.PI / 2)))).concat(0),
    )
  })

  it('takes the most certain token first', async () => {
    const process = processOf(masks, 2)
    const chances = [0.6, 0.999, 0.8, 0.9]
    const denoiser = fromLogits(process, [4], (xt) =>
      Float64Array.from({ length: 2 * xt.length }, (_, i) => Math.log(Math.abs((i % 2) - chances[(i >> 1) % 4]!))),
    )
    const order: number[] = []
    for await (const { x } of sampleTokens(denoiser, { sampler: maskPredict({ randomness: 0 }), steps: 12 })) {
      for (let i = 0; i < 4; i++) if (x[i] !== 2 && !order.includes(i)) order.push(i)
    }
    expect(order[0]).toBe(1)
    expect(new Set(order).size).toBe(4)
  })

  it('of independent tokens, in random order: their law', async () => {
    const joint = allStates(3, length).map((x) => x.reduce((p, token) => p * (token + 1), 1))
    const denoiser = exactDenoiser(processOf(masks, 3), [length], joint)
    const counts = await countsOf(denoiser, { sampler: maskPredict({ randomness: 1e9 }), steps: 3, batch: 4000 })
    expectLaw(counts, overStates(denoiser, lawOf(joint)))
  })
})

describe('given tokens', () => {
  it('under masks: the law of the others, given them', async () => {
    const joint = jointOf(3)
    const conditional = lawOf(allStates(3, length).map((x, i) => (x[1] === 2 ? joint[i]! : 0)))
    const options = { fixed: [-1, 2, 3], steps: 100, batch: 1500, seed: 6 }
    const counts = await countsOf(maskedDenoiser, options)
    expectLaw(counts, overStates(maskedDenoiser, conditional))
  })

  it.each(tokenSamplers.map((sampler) => [sampler.name, sampler] as const))('%s keeps them', async (_, sampler) => {
    for (const denoiser of [maskedDenoiser, anyDenoiser]) {
      if (sampler.masksOnly && denoiser.process.mask === null) continue
      const x = await sampleTokensFinal(denoiser, { sampler, fixed: [1, -1, 0, -1, 1, -1], steps: 6 })
      expect([x[0], x[2], x[4]]).toEqual([1, 0, 1])
      expect(x.every((token) => token >= 0 && token < denoiser.process.categories)).toBe(true)
    }
  })

  it('for the uniform kernel: near the law of the others, the nearer the more rounds', async () => {
    const joint = jointOf(2)
    const conditional = lawOf(allStates(2, length).map((x, i) => (x[0] === 1 ? joint[i]! : 0)))
    const distance = async (rounds?: number): Promise<number> => {
      const sampler = ancestralTokens(rounds === undefined ? {} : { rounds })
      const counts = await countsOf(anyDenoiser, { sampler, fixed: [1, -1, -1], steps: 12, batch: 1500, seed: 7 })
      return conditional.reduce((sum, p, i) => sum + Math.abs(counts[i]! / 1500 - p) / 2, 0)
    }
    expect(await distance()).toBeLessThan(0.06)
    expect(await distance(1)).toBeGreaterThan(0.08)
    expect(() => ancestralTokens({ rounds: 0 })).toThrow(/rounds 0/)
  })
})

describe('the same seed, the same sample', () => {
  it.each(tokenSamplers.map((sampler) => [sampler.name, sampler] as const))(
    '%s, whatever the batch',
    async (_, sampler) => {
      const options = { sampler, steps: 5, seed: 9 }
      const whole = await sampleTokensFinal(maskedDenoiser, { ...options, batch: 4 })
      const tail = await sampleTokensFinal(maskedDenoiser, { ...options, batch: 2, firstItem: 2 })
      // mask-predict asks at the mean time of its batch, which the exact denoiser does not look at
      expect([...tail]).toEqual([...whole.subarray(2 * length)])
      const other = await sampleTokensFinal(maskedDenoiser, { ...options, seed: 10, batch: 4 })
      expect([...other]).not.toEqual([...whole])
      const single = await sampleTokensFinal(maskedDenoiser, { sampler, steps: 5, seeds: [3, 9], batch: 2 })
      expect([...single.subarray(length)]).toEqual([...whole.subarray(0, length)])
    },
  )
})

test('temperature sharpens', async () => {
  const likely = (x: Int32Array): number => x.filter((token) => token === 2).length / x.length
  const joint = allStates(3, length).map((x) => x.reduce((p, token) => p * (token + 1), 1))
  const denoiser = exactDenoiser(processOf(masks, 3), [length], joint)
  const share = async (temperature: number) =>
    likely(await sampleTokensFinal(denoiser, { temperature, batch: 1000, steps: 4 }))
  // p^(1/τ): shares 1, 4, 9 for τ = ½
  expect(await share(1)).toBeCloseTo(0.5, 1)
  expect(await share(0.5)).toBeCloseTo(9 / 14, 1)
})

describe('guidance', () => {
  const process = processOf(masks, 3)
  // class 2 is no class
  const denoiser = fromLogits(process, [2], (xt, _t, batch, { conditions } = {}) =>
    Float64Array.from(
      { length: 3 * xt.length },
      (_, i) => (i % 3) * [1, 2, 0.5][conditions?.['labels']?.[Math.floor((i * batch) / (3 * xt.length))] ?? 2]!,
    ),
  )
  const conditions = { labels: Int32Array.of(0, 1) }
  const nothing = { labels: Int32Array.of(2) }
  const xt = Int32Array.of(3, 3, 3, 1)

  it('(w + 1) log p(x₀ | c) − w log p(x₀), normalised', async () => {
    const at = async (w: number) =>
      [...(await guideTokens(denoiser, { w, nothing }).logits(xt, 0.5, 2, { conditions }))].map(Math.exp)
    const guided = await at(2)
    // logits: class 0 has slope 1, class 1 slope 2, without class ½; so 3 · slope − 2 · ½
    for (const [item, slope] of [2, 5].entries()) {
      const powers = [0, 1, 2].map((k) => Math.exp(slope * k))
      const total = powers.reduce((sum, each) => sum + each, 0)
      powers.forEach((each, k) => expect(guided[item * 6 + k]).toBeCloseTo(each / total, 9))
    }
    // the token that is seen stays
    expect(guided.slice(9, 12)).toEqual([0, 1, 0])
    expect(await at(0)).toEqual([...(await denoiser.logits(xt, 0.5, 2, { conditions }))].map(Math.exp))
    const free = [...(await denoiser.logits(xt, 0.5, 2))].map(Math.exp)
    ;(await at(-1)).forEach((p, i) => expect(p).toBeCloseTo(free[i]!, 9))
  })

  it('goes with every sampler', async () => {
    const guided = guideTokens(denoiser, { w: 30, nothing })
    for (const sampler of tokenSamplers) {
      const x = await sampleTokensFinal(guided, { sampler, steps: 4, batch: 2, conditions })
      expect([...x]).toEqual([2, 2, 2, 2])
    }
  })
})

describe('refuses', () => {
  it.each([
    [maskedDenoiser, { steps: 0 }, /0 steps/],
    [maskedDenoiser, { temperature: 0 }, /temperature 0/],
    [maskedDenoiser, { fixed: [1, 2] }, /2 fixed tokens/],
    [maskedDenoiser, { fixed: [1, 7, -1] }, /fixed token 7 at place 1: there are 3 categories/],
    [maskedDenoiser, { batch: 2, seeds: [1] }, /1 seeds for a batch of more/],
    [anyDenoiser, { sampler: mdlm() }, /mdlm fills in masks, and kernel uniform has none/],
    [
      exactDenoiser(processOf({ ...masks, steps: 4 }, 3), [length], jointOf(3)),
      { steps: 5 },
      /5 steps of a process that has 4/,
    ],
  ] as const)('%#', async (denoiser, options, message) => {
    await expect(sampleTokensFinal(denoiser, options as TokenSampleOptions)).rejects.toThrow(message)
  })

  it('unknown samplers', () => {
    expect(tokenSamplerByName('MDLM').name).toBe('mdlm')
    expect(() => tokenSamplerByName('gibbs')).toThrow(/unknown sampler of tokens: gibbs/)
  })

  it('to go on when it is stopped', async () => {
    const stop = new AbortController()
    const run = async () => {
      for await (const { index } of sampleTokens(maskedDenoiser, { steps: 50, signal: stop.signal })) {
        if (index === 3) stop.abort()
        expect(index).toBeLessThan(4)
      }
    }
    await expect(run()).rejects.toThrow(/abort/i)
  })
})
