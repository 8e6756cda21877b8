/** Self-conditioning: what a told item is told, that no gradient goes through it, and that a sampler tells each item its own last mean. */
import { describe, expect, it } from 'vitest'
import type { DenoiseContext, Denoiser } from '../../../src/diffusion/denoise/denoiser.ts'
import { answerOf, weightedError } from '../../../src/diffusion/denoise/objective.ts'
import { estimateSpec, selfConditioned } from '../../../src/diffusion/denoise/self-conditioned.ts'
import { gradients, input, mean, type Tensor } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { conditionShape } from '../../../src/engine/nn/condition-spec.ts'
import { parametersOf, Scope } from '../../../src/engine/nn/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { Setting } from '../../../src/families/family.ts'
import { networkOf } from '../../../src/families/network-of.ts'
import { edit } from '../../../src/families/values/edit.ts'
import { further } from '../../../src/families/values/further.ts'
import { likelihoodOf } from '../../../src/families/values/likelihood.ts'
import { restore } from '../../../src/families/values/restore.ts'
import { averagePooling, observe } from '../../../src/diffusion/measure/index.ts'
import type { DifferentiableDenoiser } from '../../../src/diffusion/guidance/differentiable.ts'
import { generate } from '../../../src/families/values/generate.ts'
import { awayFrom } from '../../../src/families/values/guided.ts'
import type { Model } from '../../../src/families/values/model.ts'
import { valueProblem } from '../../../src/families/values/problem.ts'
import { learnedEstimate } from '../../../src/families/values/self-conditioned/learned-estimate.ts'
import { exportSampler } from '../../../src/families/values/sampler-file.ts'
import { specOf } from '../../../src/families/values/spec-of.ts'
import { createDataset } from '../../../src/files/data/dataset.ts'
import { builtinDataset } from '../../../src/files/data/index.ts'
import { parameterFeeds, random } from '../../engine/nn/run.ts'

const letters = createDataset({
  name: 'letters',
  kind: 'image',
  shape: [1, 8, 8],
  data: Uint8Array.from({ length: 6 * 64 }, (_, i) => (i * 37) % 256),
  labels: Int32Array.of(0, 1, 0, 1, 0, 1),
  classNames: ['a', 'b'],
})
const points = builtinDataset('moons', { length: 64 })
const trainedBy = { steps: 2, batch: 6, widths: [8], depth: 1, seed: 5 }
const runs = [
  ['pictures', letters, await specOf(letters, { ...trainedBy, attention: 'none', selfConditioning: true }, {})],
  ['points', points, await specOf(points, { ...trainedBy, selfConditioning: true }, {})],
] as const

describe.each(runs)('a batch of %s', (_, data, spec) => {
  const network = networkOf(spec.network, {})
  const layout = parametersOf(network)
  const weights = parameterFeeds(layout, random('weights', layout.size))
  const size = network.inputShape.reduce((a, b) => a * b, 1)
  const feedsOf = async () => {
    const problem = await valueProblem(spec, data)
    const batch = problem.emptyBatch()
    problem.fill(batch, 3)
    return { problem, feeds: batch.feeds }
  }
  const part = (feeds: Readonly<Record<string, Float32Array | Int32Array>>, from: number, to: number) =>
    Object.fromEntries(
      Object.entries(feeds).map(([name, all]) => [name, all.slice((from * all.length) / 6, (to * all.length) / 6)]),
    )

  it('is the same whole and in parts, wherever they begin', async () => {
    const { problem, feeds } = await feedsOf()
    const lossOf = (from: number, to: number): number[] => {
      const { itemLoss } = problem.loss(new Scope(), to - from)
      return [...evaluate([itemLoss], { ...weights, ...part(feeds, from, to) })[0]!.data]
    }
    const whole = lossOf(0, 6)
    for (const cuts of [
      [2, 6],
      [1, 5],
      [3, 4],
      [1, 2, 3, 4, 5],
    ]) {
      const ends = [...cuts.filter((cut) => cut < 6), 6]
      const parts = ends.flatMap((to, i) => lossOf(ends[i - 1] ?? 0, to))
      parts.forEach((loss, i) => expect(loss).toBeCloseTo(whole[i]!, 5))
    }
  })

  it('tells every second item x̂₀ of a pass that is told nothing, and the others nothing', async () => {
    const { problem, feeds } = await feedsOf()
    const { x0, epsilon, alpha, sigma, sample, noise, weight, t, labels } = feeds as Record<string, Float32Array>
    const whole = evaluate([problem.loss(new Scope(), 6).itemLoss], { ...weights, ...feeds })[0]!.data
    const shape = conditionShape(network.conditions['estimate']!)
    const width = shape.reduce((a, b) => a * b, 1)
    const answer = (i: number, estimate: Float32Array) => {
      const x = Float32Array.from(
        { length: size },
        (_, k) => alpha![i]! * x0![i * size + k]! + sigma![i]! * epsilon![i * size + k]!,
      )
      const conditions = {
        estimate: input('estimate', [1, ...shape]),
        ...(labels && { labels: input('labels', [1], 'int32') }),
      }
      const y = network.build(new Scope(), {
        x: input('x', [1, ...network.inputShape]),
        t: input('t', [1]),
        conditions,
      })
      const one = { x, t: t!.slice(i, i + 1), estimate, ...(labels && { labels: labels.slice(i, i + 1) }) }
      const m = evaluate([y], { ...weights, ...one })[0]!.data
      return { m, x }
    }
    for (let i = 0; i < 6; i++) {
      const estimate = new Float32Array(width)
      if (i % 2 === 1) {
        const { m, x } = answer(i, estimate)
        const [a, b, s, n] = [alpha, sigma, sample, noise].map((each) => each![i]!) as [number, number, number, number]
        const means = Float32Array.from(x, (value, k) => (b * m[k]! - n * value) / (s * b - n * a))
        estimate.fill(1).set(means)
      }
      const { m } = answer(i, estimate)
      const target = (k: number): number => sample![i]! * x0![i * size + k]! + noise![i]! * epsilon![i * size + k]!
      const error = Array.from(m, (value, k) => (value - target(k)) ** 2).reduce((a, b) => a + b) / size
      expect(whole[i]!).toBeCloseTo(weight![i]! * error, 3)
    }
  })

  it('has no gradient through what it is told', async () => {
    const { problem, feeds } = await feedsOf()
    const learned = learnedEstimate(network, true)
    const scope = new Scope()
    const { loss } = problem.loss(scope, 6)
    const given = evaluate([learned.estimates(network, new Scope(), 6, {})['estimate']!], { ...weights, ...feeds })[0]!
    const plain = new Scope()
    const told = input('given', given.shape)
    const { output, target } = answerOf(network, plain, 6, { conditions: { estimate: told } })
    const fixed = mean(weightedError(output, target))
    const name = scope.specs.at(-1)!.name
    const of = (from: Tensor, own: Scope, more = {}): number[] => {
      const spec = own.specs.find((each) => each.name === name)!
      const [gradient] = gradients(from, [own.parameter(name, spec.shape, spec.init)])
      return [...evaluate([gradient!], { ...weights, ...feeds, ...more })[0]!.data]
    }
    const [ours, theirs] = [of(loss, scope), of(fixed, plain, { given: given.data })]
    ours.forEach((value, i) => expect(value).toBeCloseTo(theirs[i]!, 4))
    expect(Math.hypot(...ours)).toBeGreaterThan(1e-4)
  })
})

describe('a run of a sampler', () => {
  const told: (Float32Array | undefined)[] = []
  const denoiser: Denoiser = {
    schedule: {} as Denoiser['schedule'],
    shape: [1, 1, 2],
    denoise(x, t, { conditions }: DenoiseContext = {}) {
      told.push(conditions?.['estimate'] as Float32Array | undefined)
      return Float32Array.from(x, (value) => value * t)
    },
  }

  it('tells nothing at first, then the last mean of each item, with the flag behind it', async () => {
    const run = selfConditioned(denoiser)
    const labels = Int32Array.of(4, 5)
    const first = await run.denoise(Float32Array.of(1, 2, 3, 4), 1, { conditions: { labels } })
    // what a caller does with its mean is its own affair
    first.fill(9)
    await run.denoise(Float32Array.of(5, 6, 7, 8), 0.5, { conditions: { labels } })
    await run.denoise(Float32Array.of(1, 1, 1, 1), 0.25)
    expect(told).toEqual([
      undefined,
      Float32Array.of(1, 2, 1, 1, 3, 4, 1, 1),
      Float32Array.of(2.5, 3, 1, 1, 3.5, 4, 1, 1),
    ])
  })

  it('tells a derivative what the mean at its time was told, and a pull what it would tell a mean', async () => {
    const seen: [string, number[] | undefined][] = []
    const note = (name: string, { conditions }: DenoiseContext): void => {
      const estimate = conditions?.['estimate'] as Float32Array | undefined
      seen.push([name, estimate && [...estimate]])
    }
    const differentiable: DifferentiableDenoiser = {
      schedule: {} as Denoiser['schedule'],
      shape: [1, 1, 1],
      denoise(_, t, context = {}) {
        note('denoise', context)
        return Float32Array.of(t)
      },
      vjp(_, __, v, context = {}) {
        note('vjp', context)
        return v
      },
      async denoiseAndPull(_, t, __, context = {}) {
        note('denoiseAndPull', context)
        return { mean: Float32Array.of(10 * t), pulled: Float32Array.of(0) }
      },
    }
    const run = selfConditioned(differentiable)
    const one = Float32Array.of(1)
    const misfit = { gram: one, target: one }
    await run.denoise(one, 4)
    await run.vjp(one, 4, one)
    await run.vjp(one, 4, one)
    await run.denoise(one, 3)
    await run.vjp(one, 3, one)
    await run.vjp(one, 2, one)
    await run.denoiseAndPull!(one, 2, misfit)
    await run.denoiseAndPull!(one, 1, misfit)
    expect(seen).toEqual([
      ['denoise', undefined],
      ['vjp', undefined],
      ['vjp', undefined],
      ['denoise', [4, 1]],
      ['vjp', [4, 1]],
      ['vjp', [3, 1]],
      ['denoiseAndPull', [3, 1]],
      ['denoiseAndPull', [20, 1]],
    ])
  })

  it('refuses other shapes', () => {
    expect(() => estimateSpec([2, 2, 2, 2, 2])).toThrow(/\[2, 2, 2, 2, 2\]/)
  })
})

describe('a model', async () => {
  const [, , spec] = runs[0]
  const { snapshot } = await valueProblem(spec, letters)
  const { size } = parametersOf(networkOf(spec.network, {}))
  const average = random('weights', size).map((value) => value * 0.1)
  const model = (await snapshot({ step: 2, average } as Parameters<typeof snapshot>[0])) as Model
  const engine = await nodeEngine()
  const draw = async (more: object): Promise<Float32Array> =>
    (await generate(model, engine, { count: 4, times: [0.9, 0.6, 0.3, 0.1], seed: 3, clip: false, ...more })).items

  it('draws the same alone, in company and again', async () => {
    const all = await draw({})
    expect(await draw({})).toEqual(all)
    expect(await draw({ batch: 1 })).toEqual(all)
    expect((await draw({ count: 6 })).subarray(0, all.length)).toEqual(all)
  })

  it('is told while it draws, under guidance too', async () => {
    const untold = {
      wrap: (denoiser: Denoiser) => ({
        ...denoiser,
        denoise: (x: Float32Array, t: number, context: DenoiseContext = {}) => {
          const { estimate: _, ...others } = context.conditions ?? {}
          return denoiser.denoise(x, t, { ...context, conditions: others })
        },
      }),
    }
    for (const guidance of [0, 1]) {
      const [told, plain] = [await draw({ guidance }), await draw({ guidance, ...untold })]
      expect(Math.max(...told.map((value, i) => Math.abs(value - plain[i]!)))).toBeGreaterThan(1e-3)
    }
    expect(Object.keys(awayFrom(model, undefined))).toEqual(['labels'])
  })

  it('is told in one file as well, under guidance too', async () => {
    const setting = { engine, own: {}, provenance: {} } as unknown as Setting
    for (const guidance of [undefined, 1]) {
      const { trial, inputs } = await exportSampler(model, { steps: 5, guidance, clip: false }, setting)
      expect(inputs.join()).not.toMatch(/estimate/)
      expect(trial!.difference).toBeLessThan(1e-4)
    }
  })

  it('says so in its folder, and is told when it is trained further', async () => {
    expect(model.meta.objective).toMatchObject({ selfConditioning: true })
    const again = further(model, letters, {})
    const next = await specOf(letters, { ...again, steps: 2, batch: 6 }, {})
    expect(next.selfConditioning).toBe(true)
    expect(next.network.config['conditions']).toEqual(spec.network.config['conditions'])
  })

  it('is told nothing where it never learned to be', async () => {
    const objective = { ...model.meta.objective, selfConditioning: undefined }
    const untold = { ...model, meta: { ...model.meta, objective } } as Model
    const options = { count: 4, times: [0.9, 0.6, 0.3, 0.1], seed: 3, clip: false }
    const { items } = await generate(untold, engine, options)
    expect(items).not.toEqual(await draw({}))
    const plainSpec = await specOf(letters, { ...trainedBy, attention: 'none', selfConditioning: false }, {})
    const plain = parametersOf(networkOf(plainSpec.network, {}))
    const own = parametersOf(model.network).toMap(average)
    const weights = new Float32Array(plain.size)
    for (const [name, { data }] of plain.toMap(weights)) data.set(own.get(name)!.data)
    const made = await (await valueProblem(plainSpec, letters)).snapshot({ step: 2, average: weights } as never)
    expect((await generate(made as Model, engine, options)).items).toEqual(items)
    // what items cost, and codes, are those of the network without
    const costOf = (each: Model) => likelihoodOf(each, letters, engine, { bound: { steps: 3, terms: 3 } })
    expect(await costOf(model)).toEqual(await costOf(made as Model))
  })

  it('is told while it restores and edits, and not on the way to a code and back', async () => {
    const objective = { ...model.meta.objective, selfConditioning: undefined }
    const untold = { ...model, meta: { ...model.meta, objective } } as Model
    const x = random('pictures', 2 * 64).map((value) => Math.tanh(value))
    const observed = await observe(averagePooling([1, 8, 8], 2), x, { sigma: 0.1, seed: 1 })
    for (const method of ['mmps', 'dps', 'diffpir'] as const) {
      const of = async (each: Model) =>
        (await restore(each, engine, observed, { count: 2, method, steps: 4, seed: 1 })).items
      const [told, plain] = [await of(model), await of(untold)]
      expect(told).not.toEqual(plain)
      expect(await of(model)).toEqual(told)
    }
    const changed = (each: Model, method: 'sdedit' | 'invert') =>
      edit(each, engine, x, { strength: 0.6, steps: 4, method, seed: 1 })
    expect(await changed(model, 'sdedit')).not.toEqual(await changed(untold, 'sdedit'))
    expect(await changed(model, 'invert')).toEqual(await changed(untold, 'invert'))
  })
})

it.each([
  [letters, { parametrisation: 'epsilon' }, /no bound/],
  [letters, { objective: 'consistency' }, /few steps/],
  [builtinDataset('solids', { length: 8 }), {}, /sets/],
])('refuses what it does not go with', async (data, more, message) => {
  const asked = { steps: 2, batch: 4, selfConditioning: true, ...more }
  await expect(specOf(data, asked, {})).rejects.toThrow(message)
})

it('refuses a network that takes no estimates', async () => {
  const plain = await specOf(points, trainedBy, {})
  await expect(valueProblem({ ...plain, selfConditioning: true }, points)).rejects.toThrow(/takes no estimates/)
})
