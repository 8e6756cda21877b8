/**
 * The loss graph, evaluated in double precision, against the formulas on the host and the papers' weights; its gradient
 * against differences; its mean over terms and corruptions against the bound.
 */
import { describe, expect, it, test } from 'vitest'
import {
  discreteFeeds,
  discreteLoss,
  type DiscreteProcess,
  type DiscreteSpec,
  fillDiscrete,
  processOf,
  termAt,
} from '../../../src/diffusion/discrete/index.ts'
import { logNormalize } from '../../../src/diffusion/discrete/log-space.ts'
import { gradients, input } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import type { Network } from '../../../src/engine/nn/network.ts'
import { Scope } from '../../../src/engine/nn/parameters.ts'
import { fold, key, normal } from '../../../src/engine/random/index.ts'
import { smallSpecs } from './chain.ts'

/** A network that says what it is fed. */
function echo(batch: number, length: number, categories: number): Network {
  return {
    className: 'Echo',
    config: {},
    inputShape: [length],
    outputShape: [length, categories],
    conditions: {},
    build: () => input('logits', [batch, length, categories]),
  }
}

const length = 3
const x0Of = (batch: number, categories: number): Int32Array =>
  Int32Array.from({ length: batch * length }, (_, i) => (i * 7 + (i >> 1)) % categories)

interface Setting {
  readonly process: DiscreteProcess
  readonly shares: readonly number[]
  readonly seed?: number
}

function setUp({ process, shares, seed = 1 }: Setting) {
  const batch = shares.length
  const { categories } = process
  const network = echo(batch, length, categories)
  const { loss, itemLoss } = discreteLoss(network, new Scope(), batch, process)
  const feeds = discreteFeeds(process, network, batch)
  const x0 = x0Of(batch, categories)
  fillDiscrete(process, feeds, x0, shares, fold(key(seed), 'noise'))
  const logits = normal(fold(key(seed), 'logits'), new Float64Array(batch * length * categories)).map(
    (each) => 2 * each,
  )
  const run = (values: Float64Array = logits) => {
    const [total, items] = evaluate([loss, itemLoss], { ...feeds, logits: values })
    return { loss: total!.data[0]!, itemLoss: [...items!.data] }
  }
  return { loss, itemLoss, feeds, x0, logits, run }
}

/** The same by the host's formulas: the term's divergence, Bayes' rule first. */
function byHand({ process, shares }: Setting, { feeds, x0, logits }: ReturnType<typeof setUp>): number[] {
  const { categories: k, spec } = process
  const lambda = { bound: 0, hybrid: spec.lambda ?? 1, 'cross-entropy': 1 }[spec.objective]
  return shares.map((u, item) => {
    const { s, t, count } = termAt(process, u)
    let nats = 0
    for (let i = item * length; i < (item + 1) * length; i++) {
      const posterior = logits.slice(i * k, (i + 1) * k)
      const token = feeds.xt![i]!
      process.addEvidence(posterior, 0, token, t)
      logNormalize(posterior)
      if (spec.objective !== 'cross-entropy') {
        nats += count * process.divergence(posterior, 0, token, x0[i]!, s, t) + process.priorDivergence(x0[i]!)
      }
      nats -= lambda * posterior[x0[i]!]!
    }
    return nats / length
  })
}

const even = (n: number): number[] => Array.from({ length: n }, (_, i) => (i + 0.5) / n)
const continuous: readonly { readonly spec: DiscreteSpec; readonly categories: number }[] = [
  { spec: { kernel: 'absorbing', schedule: 'log-linear', steps: null, objective: 'bound' }, categories: 4 },
  { spec: { kernel: 'absorbing', schedule: 'cosine', steps: null, objective: 'bound' }, categories: 4 },
  { spec: { kernel: 'uniform', schedule: 'linear', steps: null, objective: 'bound' }, categories: 4 },
  { spec: { kernel: 'uniform', schedule: 'cosine', steps: null, objective: 'bound' }, categories: 2 },
]
const variants = [...smallSpecs, ...continuous].flatMap(({ spec, categories }) =>
  (['bound', 'hybrid', 'cross-entropy'] as const).map((objective) => {
    const full: DiscreteSpec = { ...spec, objective, ...(objective === 'hybrid' && { lambda: 0.3 }) }
    return [`${spec.kernel} ${spec.schedule} ${spec.steps ?? '∞'} ${objective}`, processOf(full, categories)] as const
  }),
)

describe.each(variants)('%s', (_, process) => {
  const setting: Setting = { process, shares: [0.0005, ...even(5)] }
  const ready = setUp(setting)

  it('the graph is the formula', () => {
    const truth = byHand(setting, ready)
    const { loss, itemLoss } = ready.run()
    // what is fed is in single precision
    itemLoss.forEach((nats, i) => expect(Math.abs(nats - truth[i]!)).toBeLessThan(5e-6 * (Math.abs(truth[i]!) + 10)))
    expect(loss).toBeCloseTo(itemLoss.reduce((sum, each) => sum + each, 0) / itemLoss.length, 5)
  })

  it('its gradient is its slope', () => {
    const at = input('logits', [setting.shares.length, length, process.categories])
    const network = { ...echo(setting.shares.length, length, process.categories), build: () => at }
    const { loss } = discreteLoss(network, new Scope(), setting.shares.length, process)
    const [gradient] = gradients(loss, [at])
    const slope = evaluate([gradient!], { ...ready.feeds, logits: ready.logits })[0]!.data
    const h = 1e-5
    for (let i = 0; i < slope.length; i += 11) {
      const [up, down] = [h, -h].map(
        (by) => ready.run(ready.logits.map((each, j) => (j === i ? each + by : each))).loss,
      )
      const difference = (up! - down!) / (2 * h)
      expect(Math.abs(slope[i]! - difference)).toBeLessThan(1e-5 * (Math.abs(difference) + 1))
    }
  })
})

describe('masks', () => {
  test.each([1, 2, 10, 1000])('the loss of a masked language model, with weights T/i: T = %i', (steps) => {
    const process = processOf({ kernel: 'absorbing', schedule: 'linear', steps, objective: 'bound' }, 5)
    const setting: Setting = { process, shares: even(8) }
    const ready = setUp(setting)
    const { itemLoss } = ready.run()
    setting.shares.forEach((u, item) => {
      const i = Math.floor(u * steps) + 1
      let nats = 0
      for (let token = item * length; token < (item + 1) * length; token++) {
        const row = ready.logits.subarray(token * 5, token * 5 + 5)
        const total = row.reduce((sum, each) => sum + Math.exp(each), 0)
        if (ready.feeds.xt![token] === 5) nats -= row[ready.x0[token]!]! - Math.log(total)
      }
      expect(itemLoss[item]!).toBeCloseTo(((steps / i) * nats) / length, 3)
    })
  })

  test('in continuous time −ᾱ′/(1 − ᾱ) = 1/t', () => {
    const process = processOf({ kernel: 'absorbing', schedule: 'log-linear', steps: null, objective: 'bound' }, 5)
    const { feeds } = setUp({ process, shares: [0.25, 0.9] })
    for (let i = 0; i < 2 * length; i++) {
      const weight = i < length ? 4 : 1 / 0.9
      expect(feeds.weight![i]).toBeCloseTo(feeds.xt![i] === 5 ? weight : 0, 5)
    }
  })
})

/** The mean over terms and over all corruptions of one token, by a fine grid of both: what training minimises. */
function expectedLoss(
  process: DiscreteProcess,
  terms: number,
  logits: (t: number, token: number) => Float64Array,
): number {
  const { states, categories } = process
  let total = 0
  for (const u of even(terms)) {
    const { s, t, count } = termAt(process, u)
    for (let x0 = 0; x0 < categories; x0++) {
      for (let token = 0; token < states; token++) {
        const evidence = new Float64Array(categories)
        process.addEvidence(evidence, 0, token, t)
        const { alphaBar } = (process as Extract<DiscreteProcess, { kind: 'uniform' | 'absorbing' }>).fade
        const q =
          process.kind === 'absorbing'
            ? token === x0
              ? alphaBar(t)
              : token === process.mask
                ? 1 - alphaBar(t)
                : 0
            : Math.exp(evidence[x0]!)
        if (q === 0) continue
        const posterior = logits(t, token).map((each, k) => each + evidence[k]!)
        logNormalize(posterior)
        total += (q * count * process.divergence(posterior, 0, token, x0, s, t)) / categories / terms
      }
    }
  }
  return total
}

describe('continuous time is the limit of many steps', () => {
  const guess = (t: number, token: number): Float64Array =>
    Float64Array.from({ length: 3 }, (_, k) => Math.sin(5 * t + 2 * k + token) + (k === token ? 1 : 0))
  it.each(['absorbing', 'uniform'] as const)('%s', (kernel) => {
    const of = (steps: number | null) => processOf({ kernel, schedule: 'cosine', steps, objective: 'bound' }, 3)
    const limit = expectedLoss(of(null), 20_000, guess)
    const errors = [50, 100, 200].map((steps) => expectedLoss(of(steps), steps, guess) - limit)
    // the error of T steps is of order 1/T
    expect(Math.abs(errors[2]!)).toBeLessThan(0.02)
    expect(Math.abs(errors[0]! / errors[2]!)).toBeGreaterThan(3)
    expect(Math.abs(errors[0]! / errors[2]!)).toBeLessThan(5.5)
  })

  it('under masks the bound does not depend on the schedule, but for its ends', () => {
    const same = (_: number, token: number) => guess(0, token)
    const [a, b] = (['linear', 'cosine'] as const).map((schedule) =>
      expectedLoss(processOf({ kernel: 'absorbing', schedule, steps: null, objective: 'bound' }, 3), 20_000, same),
    )
    expect(a!).toBeCloseTo(b!, 3)
  })
})

test('the loss is finite where the network is sure, and wrong', () => {
  for (const { spec, categories } of [...smallSpecs, ...continuous]) {
    const process = processOf(spec, categories)
    const { run, logits } = setUp({ process, shares: [0.0001, ...even(6)] })
    const sure = logits.map((_, i) => (i % categories === 0 ? 300 : -300))
    expect(Number.isFinite(run(sure).loss)).toBe(true)
  }
})

test('logits that are not over the categories are refused', () => {
  const process = processOf({ kernel: 'absorbing', schedule: 'linear', steps: null, objective: 'bound' }, 5)
  expect(() => discreteLoss(echo(2, 3, 6), new Scope(), 2, process)).toThrow(/the network gives \[3, 6\]/)
})
