/** Continuous flows as a family: trained, resumed to the bit, saved and opened, sampled, encoded, judged; and what they refuse. */
import { readerOf } from '../../src/families/reader-of.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { fit } from '../../src/app/fit.ts'
import { openModel } from '../../src/app/open.ts'
import { readModel } from '../../src/app/opened.ts'
import { createTrainer, train } from '../../src/app/train.ts'
import { createDataset } from '../../src/files/data/dataset.ts'
import { builtinDataset } from '../../src/files/data/index.ts'
import { decodeModelFolder, encodeModelFolder } from '../../src/files/io/model-folder.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { fold, key, normal } from '../../src/engine/random/index.ts'
import { defaultCnfSpec } from '../../src/families/cnf/defaults.ts'
import { cnfFamily } from '../../src/families/cnf/family.ts'
import { cnfLikelihood } from '../../src/families/cnf/likelihood.ts'
import { cnfFolderOf, type CnfModel } from '../../src/families/cnf/model.ts'
import { cnfProblem } from '../../src/families/cnf/problem.ts'
import { stepwise } from '../../src/families/cnf/training-solve.ts'
import { abilityOf } from '../../src/families/registry.ts'
import { cnf } from '../../src/families/cnf/entry.ts'
import type { Model } from '../../src/families/values/model.ts'
import { encodeCheckpoint } from '../../src/tools/train/checkpoint.ts'
import { decodeCheckpoint } from '../../src/tools/train/decode-checkpoint.ts'
import { trainerOf } from '../../src/tools/train/trainer.ts'
import { refuseForeign } from '../../src/app/request.ts'
import { families } from '../../src/families/registry.ts'

const engine = await nodeEngine()
/** A Gaussian with a mean and a spread of its own in each column: its entropy is known. */
const [shift, scale] = [
  [3, -1],
  [2, 0.5],
]
const gaussian = (length: number, seed: number) =>
  createDataset({
    name: 'gaussian',
    kind: 'points',
    shape: [2],
    data: normal(fold(key(seed), 'points'), new Float32Array(2 * length)).map(
      (z, i) => shift[i % 2]! + scale[i % 2]! * z,
    ),
    affine: { shift: [0, 0], scale: [1, 1] },
  })
const data = gaussian(4000, 1)
const entropy = 1 + Math.log(2 * Math.PI) + Math.log(scale[0]! * scale[1]!)
const tiny = { size: { widths: [12], depth: 1 }, batch: 128, flow: { solver: 'midpoint', steps: 2 } } as const
const session = { threads: 1 }

let model: CnfModel
let losses: number[]
beforeAll(async () => {
  losses = []
  model = await fit<CnfModel>(data, {
    engine,
    ...session,
    model: 'cnf',
    steps: 250,
    batch: 128,
    widths: [12],
    depth: 1,
    solver: 'midpoint',
    solverSteps: 4,
    rate: 1e-2,
    ema: 0.9,
    onEvent: (event) => void (event.type === 'step' && losses.push(event.loss)),
  })
})

describe('training', () => {
  test('reaches the entropy of a Gaussian, in the units of the data', async () => {
    expect(losses[0]).toBeGreaterThan(entropy + 0.8)
    const { flow, grid, gridGap } = await cnfLikelihood(model, gaussian(400, 2), engine, {
      count: 400,
      batch: 400,
      ...session,
    })
    expect(flow.nats.value - entropy).toBeLessThan(0.2)
    expect(flow.nats.value - entropy).toBeGreaterThan(-4 * flow.nats.standardError!)
    expect(Math.abs(flow.nats.value - grid.nats.value)).toBeLessThanOrEqual(gridGap)
    expect(model.meta.training.gridGap).toBeGreaterThan(0)
  })

  test('goes on from a checkpoint to the bit', async () => {
    const spec = defaultCnfSpec(data, { ...tiny, budget: { steps: 6 }, flow: { ...tiny.flow, trace: 'rademacher' } })
    const weights: Float32Array[] = []
    let middle: Uint8Array | undefined
    for await (const event of train({ spec, dataset: data, engine, checkpointEvery: 3, ...session })) {
      if (event.type !== 'checkpoint') continue
      if (event.checkpoint.state.step === 3) middle = encodeCheckpoint(event.checkpoint)
      weights.push(event.model.weights.slice())
    }
    let again: Float32Array | undefined
    const from = decodeCheckpoint(middle!)
    for await (const event of train({ spec, dataset: data, engine, from, ...session })) {
      if (event.type === 'checkpoint') again = event.model.weights.slice()
    }
    expect(again).toEqual(weights.at(-1))
  })

  test('a step by the loop over steps is that of the unrolled graph, to rounding', async () => {
    const spec = defaultCnfSpec(data, { ...tiny, budget: { steps: 2 } })
    const params = async (loop: boolean): Promise<Float32Array> => {
      const problem = () => {
        const made = cnfProblem(spec, data)
        const { network, layout } = Object.values(made.parts)[0]!
        const solve = { network: network!, layout, flow: spec.flow, loss: { kinetic: 0.01, jacobian: 0.01 } }
        return loop ? { ...made, ownStep: stepwise(solve) } : made
      }
      using trainer = await trainerOf({ spec, problem, purpose: 'test' }, engine, session)
      await trainer.step(2)
      await trainer.step(2)
      return trainer.state.params.slice()
    }
    const [graph, loop] = [await params(false), await params(true)]
    graph.forEach((value, i) => expect(Math.abs(value - loop[i]!)).toBeLessThan(1e-4))
  })

  test('takes the loop where one graph would have too many operators', () => {
    const spec = defaultCnfSpec(data, { ...tiny, budget: { steps: 2 } })
    expect(cnfProblem(spec, data).ownStep).toBeUndefined()
    expect(cnfProblem({ ...spec, flow: { ...spec.flow, steps: 1000 } }, data).ownStep).toBeDefined()
    expect(() => cnfFamily.problem({ ...spec, flow: { ...spec.flow, steps: 1001 } }, data, {})).toThrow(/solverSteps/)
  })

  test('remarks on a grid that is too coarse', async () => {
    const remarks: string[] = []
    await fit(data, {
      engine,
      ...session,
      model: 'cnf',
      steps: 60,
      batch: 128,
      widths: [12],
      depth: 1,
      solver: 'euler',
      solverSteps: 1,
      kinetic: 0,
      jacobian: 0,
      rate: 3e-2,
      onEvent: (event) => void (event.type === 'remark' && remarks.push(event.text)),
    })
    expect(remarks.join()).toMatch(/euler, 1 steps.*differs from the exact one.*solverSteps/)
  })
})

describe('a folder', () => {
  test('holds the whole model, and says of which family it is', async () => {
    const folder = decodeModelFolder(encodeModelFolder(cnfFolderOf(model)))
    expect(folder.meta.family).toBe('cnf')
    expect(folder.scheduler).toBeNull()
    expect(folder.meta.schedule).toBeNull()
    const read = (await readModel(folder)) as CnfModel
    expect(read.weights).toEqual(model.weights)
    expect(read.flow).toEqual(model.flow)
    expect(read.scale.affine).toEqual(model.scale.affine)
    expect((await cnfFamily.describe(read)).facts).toMatchObject({
      flow: { solver: 'midpoint', steps: 4 },
      family: 'cnf',
    })
  })

  test('without its solve is refused', async () => {
    const folder = decodeModelFolder(encodeModelFolder(cnfFolderOf(model)))
    const { flow: _, ...objective } = folder.meta.objective
    const read = await readerOf(cnfFamily)
    expect(() => read({ ...folder, meta: { ...folder.meta, objective } }, {})).toThrow(/objective\.flow/)
  })
})

describe('samples', () => {
  test('have the law of the data, and belong to their number and not to their batch', async () => {
    using open = await openModel(model, { engine, ...session })
    const all = await open.draw({ count: 300, seed: 4 })
    const small = await open.draw({ count: 300, seed: 4, batch: 50 })
    const values = all.array().data as Float32Array
    ;(small.array().data as Float32Array).forEach((value, i) => expect(value).toBeCloseTo(values[i]!, 4))
    const mean = values.reduce((sum, value, i) => sum + (i % 2 === 0 ? value / 300 : 0), 0)
    expect(Math.abs(mean - shift[0]!)).toBeLessThan(0.6)
    const exact = await open.draw({ count: 300, seed: 4, sampler: 'rk45' })
    ;(exact.array().data as Float32Array).forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThan(1e-2))
  })

  test('come back from their latents', async () => {
    using open = await openModel(model, { engine, ...session })
    const drawn = (await open.draw({ count: 5, seed: 9 })).array().data as Float32Array
    const latent = (await open.encode(drawn)).array().data as Float32Array
    const again = (await open.decode(latent)).array().data as Float32Array
    again.forEach((value, i) => expect(Math.abs(value - drawn[i]!)).toBeLessThan(1e-3))
  })

  test('samplers that need marginals are refused, and why', async () => {
    using open = await openModel(model, { engine, ...session })
    await expect(open.draw({ sampler: 'ddpm' })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/ddpm.*maximum likelihood/),
      hint: expect.stringContaining('rk45'),
    })
    await expect(open.draw({ sampler: 'rk45', steps: 3 })).rejects.toMatchObject({ code: 'usage' })
    await expect(open.draw({ guidance: 2 })).rejects.toMatchObject({
      message: expect.stringMatching(/guidance.*no score/),
      hint: expect.stringContaining('class'),
    })
  })

  test.each(['restore', 'edit'] as const)('%s says why not', async (name) => {
    await expect(abilityOf(name, { entry: cnf, family: cnfFamily as never }, {})).rejects.toThrow(/no measurement/)
    expect(() => refuseForeign(name, { task: 'inpaint', change: 1 }, [], cnf, families)).not.toThrow(
      /it is for models of/,
    )
  })

  test.each(['boundSteps', 'terms', 'boundVariance'])('of the bound, %s is refused', (name) => {
    expect(() => refuseForeign('eval', { [name]: 5 }, [], cnf, families)).toThrow(/its likelihood is exact/)
  })
})

describe('a start from flow matching', () => {
  const moons = builtinDataset('moons', { length: 500 })
  const small = { engine, ...session, steps: 3, batch: 64, widths: [12], depth: 1 }

  test('is the same field, with its classes and its time', async () => {
    const start = await fit<Model>(moons, { ...small, objective: 'flow-matching' })
    const { widths: _, depth: __, ...rest } = small
    const begun = await fit<CnfModel>(moons, { ...rest, model: 'cnf', from: start, rate: 1e-9, ema: 0, solverSteps: 1 })
    expect(begun.network.config).toEqual(start.network.config)
    expect(begun.timeScale).toBe(1000)
    expect(begun.classNames).toEqual(start.classNames)
    begun.weights.forEach((value, i) => expect(Math.abs(value - start.weights[i]!)).toBeLessThan(1e-6))
    using trainer = await createTrainer(
      defaultCnfSpec(moons, { ...tiny, budget: { steps: 1 } }),
      moons,
      engine,
      session,
    )
    expect(trainer.network.conditions).toEqual({ labels: { kind: 'class', classes: 2 } })
    using open = await openModel(begun, { engine, ...session })
    expect((await open.draw({ count: 3, class: 'lower' })).classes).toEqual(['lower', 'lower', 'lower'])
    await expect(open.encode(new Float32Array(2))).rejects.toThrow(/none is named/)
  })

  test('of another prediction is refused', async () => {
    const start = await fit<Model>(moons, { ...small, steps: 1 })
    const { widths: _, depth: __, ...rest } = small
    await expect(fit(moons, { ...rest, model: 'cnf', from: start })).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('flow-matching'),
    })
    await expect(fit(moons, { ...small, model: 'cnf', from: start })).rejects.toThrow(/`widths`/)
    await expect(fit(data, { engine, ...session, steps: 1, from: model, timeScale: 3 })).rejects.toThrow(
      /`timeScale: 3`/,
    )
  })
})

test('shades are spread over their bins, and counted in bits per dimension', async () => {
  const pictures = createDataset({
    name: 'pictures',
    kind: 'image',
    shape: [1, 4, 4],
    data: Uint8Array.from({ length: 64 * 16 }, (_, i) => 85 * ((i * 7) % 4)),
  })
  const made = await fit<CnfModel>(pictures, {
    engine,
    ...session,
    model: 'cnf',
    steps: 2,
    batch: 32,
    widths: [8],
    depth: 1,
    values: 4,
    solverSteps: 1,
  })
  expect(made.flow).toMatchObject({ values: 4, trace: 'rademacher' })
  const { flow } = await cnfLikelihood(made, pictures, engine, { count: 16, ...session })
  // a field that moves little leaves x about white: a bin of width 2/3 at values in [−1, 1]
  expect(flow.bitsPerDim.value).toBeGreaterThan(1)
  expect(flow.bitsPerDim.value).toBeLessThan(4)
  const wrong = fit(data, { engine, ...session, model: 'cnf', steps: 2, batch: 32, values: 4 })
  await expect(wrong).rejects.toThrow(/`values` is for images/)
})
