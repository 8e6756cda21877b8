/** Training of adapters: what they can learn, and what stays as it is. */
import { expect, test } from 'vitest'
import { constant, input, mean, mul, sub } from '../../../src/engine/graph/index.ts'
import { layoutOf, linear, Scope } from '../../../src/engine/nn/index.ts'
import type { Network } from '../../../src/engine/nn/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { adaptedProblem, adaptersOf, type Adapters } from '../../../src/tools/train/lora.ts'
import type { TrainProblem } from '../../../src/tools/train/problem.ts'
import type { BaseSpec } from '../../../src/tools/train/spec.ts'
import { trainerOf } from '../../../src/tools/train/trainer.ts'

const size = 4

/** The denoiser of N(0, C) at α and σ, α C (α² C + σ²)⁻¹, where C has these variances along orthonormal directions. */
const [alpha, sigma] = [0.8, 0.6]
const gain = (variance: number): number => (alpha * variance) / (alpha ** 2 * variance + sigma ** 2)
/** A Hadamard basis. */
const basis = [
  [1, 1, 1, 1],
  [1, -1, 1, -1],
  [1, 1, -1, -1],
  [1, -1, -1, 1],
].map((row) => row.map((each) => each / 2))
const denoiser = (variances: readonly number[]): Float32Array =>
  Float32Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size]
    return variances.reduce((sum, variance, k) => sum + gain(variance) * basis[k]![i]! * basis[k]![j]!, 0)
  })

/** The base knows data of these variances; two of them change. */
const [before, after] = [
  [1, 0.5, 2, 0.1],
  [1, 4, 2, 0.9],
]

const network: Network = {
  className: 'Line',
  config: {},
  inputShape: [size],
  outputShape: [size],
  conditions: {},
  build: (scope, { x }) => linear(scope.child('line'), x, size, { bias: false }),
}

/** E |D* x_t − D x_t|² over the law of noisy data of unit variance, as a sum over a basis. */
function problemOf(): TrainProblem<{ readonly weights: Float32Array }> {
  const wanted = denoiser(after)
  const x = constant(
    Float32Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0)),
    [size, size],
  )
  const layout = layoutOf([{ name: 'line.weight', shape: [size, size], init: { kind: 'zeros' } }])
  const parts = { net: { network, layout } }
  return {
    parts,
    items: size,
    levels: 1,
    loss(scope, items) {
      const t = input('t', [items])
      const y = network.build(scope, { x, t })
      const target = constant(
        Float32Array.from({ length: size * size }, (_, i) => wanted[(i % size) * size + Math.floor(i / size)]!),
        [size, size],
      )
      const error = sub(y, target)
      const itemLoss = mul(mean(mul(error, error), [1]), size)
      return { loss: mean(itemLoss), itemLoss }
    },
    emptyBatch: () => ({ feeds: { t: new Float32Array(size) }, levels: new Int32Array(size) }),
    fill: () => undefined,
    snapshot: ({ average }) => ({ weights: average.slice() }),
  }
}

const lora = { rank: 2, alpha: 2, targets: ['all'], base: { sum: '' } }

async function learned(rank: number, steps = 600) {
  const base = denoiser(before)
  const kept = base.slice()
  const spec: BaseSpec = {
    seed: 1,
    batch: size,
    budget: { steps },
    network: { className: 'Line', config: {} },
    optimizer: { rate: 0.05, warmup: 0, decay: 'cosine', weightDecay: 0, clipNorm: 10, ema: 0 },
  }
  const problem = adaptedProblem(problemOf(), { ...lora, rank, alpha: rank }, new Map([['net', base]]))
  using trainer = await trainerOf({ spec, problem: () => problem, purpose: 'lora-test' }, await nodeEngine())
  const first = (await problem.snapshot(trainer.state)).weights.slice()
  let report = await trainer.step(steps)
  while (report.step < steps) report = await trainer.step(steps)
  const model = (await problem.snapshot(trainer.state)) as { weights: Float32Array; adapters: Adapters }
  return { model, loss: report.loss, first, base, kept, layout: trainer.layout, state: trainer.state, problem }
}

test('a change of rank two is learned exactly: the denoiser of Gaussian data of which two variances changed', async () => {
  const { model, loss, first, base, kept, layout, state, problem } = await learned(2)
  expect(first).toEqual(kept)
  denoiser(after).forEach((each, i) => expect(model.weights[i]).toBeCloseTo(each, 4))
  expect(loss).toBeLessThan(1e-8)
  expect(base).toEqual(kept)
  // what learns, and what a checkpoint holds
  expect(layout.specs.map(({ name, shape }) => [name, shape])).toEqual([
    ['net.line.lora_A.weight', [2, size]],
    ['net.line.lora_B.weight', [size, 2]],
  ])
  expect(state.params).toHaveLength(2 * 2 * size)
  expect(problem.parts['net']).toMatchObject({ learns: false })
  expect(adaptersOf(model.adapters).map(({ part, layer }) => [part, layer])).toEqual([['net', 'line']])
})

test('a change of rank one is the larger of the two, as Eckart and Young have it', async () => {
  const { model, loss } = await learned(1)
  const [first, second] = [1, 3].map((k) => Math.abs(gain(after[k]!) - gain(before[k]!))) as [number, number]
  expect(second).toBeGreaterThan(first)
  expect(loss).toBeCloseTo(first ** 2 / size, 5)
  denoiser(after.map((each, k) => (k === 1 ? before[1]! : each))).forEach((each, i) =>
    expect(model.weights[i]).toBeCloseTo(each, 3),
  )
})

test('what cannot be adapted is refused by name', () => {
  const base = new Map([['net', denoiser(before)]])
  const make =
    (spec: object, more = {}, weights = base) =>
    () =>
      adaptedProblem({ ...problemOf(), ...more }, { ...lora, ...spec }, weights)
  expect(make({ rank: 5 })).toThrow(/`lora: 5`: the layers to adapt have rank 4 at most/)
  expect(make({ targets: ['attention'] })).toThrow(/net has no such layers/)
  expect(make({ targets: ['('] })).toThrow(/no regular expression/)
  expect(make({}, {}, new Map())).toThrow(/the model to adapt has no part net/)
  expect(make({}, {}, new Map([['net', new Float32Array(3)]]))).toThrow(/16 parameters, and the model to adapt 3/)
  expect(make({}, { ownStep: {} })).toThrow(/a step of its own/)
})

test('parts that are frozen already keep their names, and several that learn are told apart', () => {
  const { parts, loss } = problemOf()
  const two: TrainProblem = {
    ...problemOf(),
    parts: { net: parts['net']!, teacher: { ...parts['net']!, learns: false, weights: denoiser(after) } },
    loss(scope, items) {
      network.build(scope.child('teacher'), { x: input('x', [items, size]), t: input('t', [items]) })
      return loss(scope, items)
    },
  }
  const base = new Map([['net', denoiser(before)]])
  const names = (problem: TrainProblem) => {
    const scope = new Scope()
    problem.loss(scope, size)
    return scope.specs.map(({ name }) => name)
  }
  // the teacher is a network of its own: it is not adapted
  expect(names(adaptedProblem(two, lora, base))).toEqual(['net.line.lora_A.weight', 'net.line.lora_B.weight'])
  const both: TrainProblem = {
    ...two,
    parts: { net: parts['net']!, other: parts['net']! },
    loss(scope, items) {
      network.build(scope.child('other'), { x: input('x', [items, size]), t: input('t', [items]) })
      return loss(scope.child('net'), items)
    },
  }
  expect(names(adaptedProblem(both, lora, new Map([...base, ['other', denoiser(before)]])))).toEqual([
    'other.line.lora_A.weight',
    'other.line.lora_B.weight',
    'net.line.lora_A.weight',
    'net.line.lora_B.weight',
  ])
})
