/** Several parts, some of them frozen: gradients, averages, checkpoints, weights to start from. */
import { describe, expect, test } from 'vitest'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { sizeOf } from '../../../src/engine/graph/index.ts'
import { type Optimizer, sgd } from '../../../src/engine/optim/index.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { type Checkpoint, encodeCheckpoint } from '../../../src/tools/train/checkpoint.ts'
import { decodeCheckpoint } from '../../../src/tools/train/decode-checkpoint.ts'
import { trainingLoop } from '../../../src/tools/train/loop.ts'
import type { LoopOptions } from '../../../src/tools/train/loop.ts'
import { frozenConstants, jointLayout, learningParts, mainNetwork, tensorsOf } from '../../../src/tools/train/parts.ts'
import { lossGraph } from '../../../src/tools/train/step-graph.ts'
import { type Task, trainerOf } from '../../../src/tools/train/trainer.ts'
import type { BaseSpec } from '../../../src/tools/train/spec.ts'
import { decoderLayout, encoderLayout, type TwoParts, twoPartSpec, twoPartTask } from './two-parts.ts'

const engine = await nodeEngine()
const frozen = normal(key('frozen'), new Float32Array(decoderLayout.size))
const oneLearns = { decoder: { learns: false, weights: frozen } }

/** Everything that a run leads to. */
async function run(task: Task<BaseSpec, TwoParts>, options: Partial<LoopOptions> = {}) {
  const losses: number[] = []
  const checkpoints: Checkpoint[] = []
  let model: TwoParts | undefined
  for await (const event of trainingLoop(task, { engine, checkpointEvery: 5, ...options })) {
    if (event.type === 'step') losses.push(event.loss)
    if (event.type !== 'checkpoint') continue
    checkpoints.push(decodeCheckpoint(encodeCheckpoint(event.checkpoint)))
    model = event.model
  }
  return { losses, checkpoints, last: checkpoints.at(-1)!, model: model! }
}

describe.each([
  ['one of two parts learns', oneLearns],
  ['two parts learn', {}],
])('%s', (_, changes) => {
  test('its gradient is the difference quotient of its loss', async () => {
    const task = twoPartTask(twoPartSpec(), changes)
    let gradient = new Float32Array()
    using trainer = await trainerOf(task, engine, { reduce: (gradients) => void (gradient = gradients.slice()) })
    const { state, layout, problem } = trainer
    const start = state.params.slice()
    const batch = problem.emptyBatch()
    problem.fill(batch, 0)
    await trainer.step(12)
    const { loss } = lossGraph(problem, 8)
    const at = (params: Float32Array): number => {
      const arrays = [...layout.toMap(params)].map(([name, { data }]) => [name, data] as const)
      const feeds = { ...batch.feeds, ...Object.fromEntries([...arrays, ...frozenConstants(problem.parts)]) }
      return evaluate([loss], feeds)[0]!.data[0] as number
    }
    expect(gradient).toHaveLength(layout.size)
    for (let i = 0; i < layout.size; i++) {
      const [up, down] = [start.slice(), start.slice()]
      up[i]! += 0.01
      down[i]! -= 0.01
      expect(gradient[i]).toBeCloseTo((at(up) - at(down)) / (up[i]! - down[i]!), 3)
    }
  })

  test('it learns, and goes on from any checkpoint as if nothing had happened', async () => {
    const task = twoPartTask(twoPartSpec(), changes)
    const whole = await run(task)
    expect(whole.losses.at(-1)).toBeLessThan(whole.losses[0]!)
    expect(whole.checkpoints.map(({ state }) => state.step)).toEqual([0, 5, 10, 12])
    for (const from of whole.checkpoints.slice(0, 3)) {
      const rest = await run(task, { from })
      expect(rest.last.state).toEqual(whole.last.state)
      expect(rest.losses).toEqual(whole.losses.slice(from.state.step))
    }
  })
})

describe('parts', () => {
  test('a part alone keeps its names; several have names behind theirs', async () => {
    const alone = (await twoPartTask(twoPartSpec(), oneLearns).problem()).parts
    expect(jointLayout(alone).specs.map(({ name }) => name)).toEqual(['weight', 'bias'])
    expect(tensorsOf(alone)[0]).toEqual({ part: 'encoder', name: 'weight', shape: [2, 3] })
    const both = (await twoPartTask(twoPartSpec()).problem()).parts
    expect(jointLayout(both).specs.map(({ name }) => name)).toEqual([
      'encoder.weight',
      'encoder.bias',
      'decoder.weight',
      'decoder.bias',
    ])
    expect(() => mainNetwork({ parts: both })).toThrow('none of the parts encoder, decoder that learn is a network')
  })

  test('a frozen part stays as it is, and one without an average is what its parameters are', async () => {
    const { model } = await run(twoPartTask(twoPartSpec(), oneLearns))
    expect(model.decoder).toEqual(frozen)
    const { last, model: mixed } = await run(twoPartTask(twoPartSpec(), { decoder: { average: false } }))
    const { params, average } = last.state
    expect(mixed.decoder).toEqual(params.subarray(encoderLayout.size))
    expect(mixed.encoder).toEqual(average.subarray(0, encoderLayout.size))
    expect(mixed.encoder).not.toEqual(params.subarray(0, encoderLayout.size))
    const { last: none } = await run(
      twoPartTask(twoPartSpec(), { decoder: { average: false }, encoder: { average: false } }),
    )
    expect(none.state.average).toEqual(none.state.params)
    expect(none.state.params).toEqual(params)
  })

  test('a part begins with its own weights, or with those of a model', async () => {
    const weights = normal(key('start'), new Float32Array(encoderLayout.size))
    const own = await run(twoPartTask(twoPartSpec(), { encoder: { weights } }))
    const start = { weights: new Map([['encoder', encoderLayout.toMap(weights)]]) }
    const started = await run(twoPartTask(twoPartSpec()), { start })
    expect(own.checkpoints[0]!.state.params.subarray(0, encoderLayout.size)).toEqual(weights)
    expect(own.checkpoints[0]!.state.average).toEqual(own.checkpoints[0]!.state.params)
    expect(started.last.state).toEqual(own.last.state)
  })

  test('refused: no weights where they are needed, too few, of other parts, of another shape', async () => {
    const refused = (changes: object, options: object, message: RegExp | string, code = 'model') =>
      expect(trainerOf(twoPartTask(twoPartSpec(), changes), engine, options)).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      })
    await refused({ decoder: { learns: false } }, {}, /decoder is frozen and has no weights/)
    await refused({ encoder: { weights: new Float32Array(3) } }, {}, /encoder has 8 parameters, and 3 weights/)
    await refused(
      { encoder: { learns: false }, decoder: { learns: false } },
      {},
      /none of the parts .* learns/,
      'usage',
    )
    const map = encoderLayout.toMap(new Float32Array(8))
    await refused({}, { start: { weights: new Map([['vae', map]]) } }, /no part that learns is named vae/)
    await refused(
      {},
      { start: { weights: new Map([['decoder', map]]) } },
      /weight: expected shape \[3, 2\], got \[2, 3\]/,
    )
  })

  test('a checkpoint of parts in another order is put in order, one of others is refused', async () => {
    const spec = twoPartSpec()
    const { checkpoints, last } = await run(twoPartTask(spec))
    const from = checkpoints[1]!
    const turned = await run(twoPartTask(spec, { turned: true }), { from })
    const parts = turned.last.tensors!.map(({ part }) => part)
    expect(parts).toEqual(['decoder', 'decoder', 'encoder', 'encoder'])
    const encoderFirst = (flat: Float32Array): number[] => [
      ...flat.subarray(decoderLayout.size),
      ...flat.subarray(0, decoderLayout.size),
    ]
    // Sums over gradients for their length are in another order, too.
    encoderFirst(turned.last.state.params).forEach((each, i) => expect(each).toBeCloseTo(last.state.params[i]!, 6))
    await expect(run(twoPartTask(spec, oneLearns), { from })).rejects.toMatchObject({
      code: 'model',
      message: expect.stringMatching(/does not fit .*decoder\/weight is unknown; decoder\/bias is unknown/),
    })
  })
})

test('a frozen part with other weights than before is noticed', async () => {
  const { last } = await run(twoPartTask(twoPartSpec(), oneLearns))
  const weights = frozen.slice()
  weights[0]! += 1
  const other = twoPartTask(twoPartSpec(), { decoder: { learns: false, weights } })
  await expect(run(other, { from: last })).rejects.toMatchObject({
    code: 'model',
    message: 'the frozen part decoder has other weights than the checkpoint was trained with',
  })
})

describe('the optimiser', () => {
  test('is the one that the specification names', async () => {
    const spec = twoPartSpec({ optimizer: { name: 'sgd', momentum: 0.8, nesterov: true } })
    const named = await run(twoPartTask(spec))
    expect(Object.keys(named.last.state.optimizer.slots)).toEqual(['velocity'])
    const optimizer = sgd({ momentum: 0.8, nesterov: true, weightDecay: 0.01 })
    const passed = await run(twoPartTask(twoPartSpec()), { optimizer })
    expect(passed.last.state).toEqual(named.last.state)
    expect(passed.last.optimizer).toBe('sgd')
    const plain = await run(twoPartTask(twoPartSpec()))
    const said = await run(
      twoPartTask(twoPartSpec({ optimizer: { name: 'adamw', betas: [0.9, 0.99], epsilon: 1e-8 } })),
    )
    expect(said.last.state).toEqual(plain.last.state)
    expect(plain.last.state.params).not.toEqual(named.last.state.params)
  })

  test('may be one of your own, and a checkpoint of another is refused', async () => {
    const signs: Optimizer = {
      name: 'signs',
      init: () => ({ step: 0, slots: {} }),
      update(params, gradients, state, rate, { ema } = {}) {
        state.step++
        params.forEach((each, i) => (params[i] = each - rate * Math.sign(gradients[i]!)))
        ema?.average.set(params)
        return 1
      },
    }
    const own = await run(twoPartTask(twoPartSpec()), { optimizer: signs })
    const again = await run(twoPartTask(twoPartSpec()), { optimizer: signs, from: own.checkpoints[1]! })
    expect(again.last.state).toEqual(own.last.state)
    await expect(run(twoPartTask(twoPartSpec()), { from: own.last })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('the state of signs, and the optimiser is adamw'),
    })
  })

  test.each([
    [{ name: 'adam' }, "no optimiser is called 'adam'", 'did you mean adamw?'],
    [{ name: 'sgd', betas: [0.9, 0.9] }, 'optimizer.betas is for adamw', 'leave optimizer.betas out'],
    [{ momentum: 0.5 }, 'optimizer.momentum is for sgd', 'set optimizer.name to sgd'],
    [{ betas: [0.9, 2] }, 'betas is [0.9,2]', undefined],
  ])('%o is refused', async (optimizer, message, hint) => {
    await expect(trainerOf(twoPartTask(twoPartSpec({ optimizer })), engine)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message),
      hint: hint === undefined ? undefined : expect.stringContaining(hint),
    })
  })
})

describe('a step in parts', () => {
  test('over micro-batches is the step of a batch so many times as large', async () => {
    const large = await run(twoPartTask(twoPartSpec({ batch: 24 })))
    for (const accumulate of [2, 3, 24]) {
      const parted = await run(twoPartTask(twoPartSpec({ batch: 24 / accumulate, accumulate })))
      parted.losses.forEach((loss, i) => expect(loss).toBeCloseTo(large.losses[i]!, 5))
      parted.last.state.params.forEach((each, i) => expect(each).toBeCloseTo(large.last.state.params[i]!, 5))
    }
  })

  test('shared by several processes that add their gradients it is the step of one', async () => {
    const task = twoPartTask(twoPartSpec({ batch: 24 }))
    using alone = await trainerOf(task, engine)
    const whole = []
    for (let i = 0; i < 5; i++) whole.push((await alone.step(12)).loss)
    for (const count of [2, 3]) {
      const reduce = adder(count)
      const trainers = await Promise.all(
        Array.from({ length: count }, (_, rank) => trainerOf(task, engine, { ranks: { rank, count }, reduce })),
      )
      for (let i = 0; i < 5; i++) {
        const reports = await Promise.all(trainers.map((trainer) => trainer.step(12)))
        expect(reports[0]!.itemLoss).toHaveLength(24 / count)
        expect(reports.reduce((sum, { loss }) => sum + loss / count, 0)).toBeCloseTo(whole[i]!, 5)
      }
      for (const { state, dispose } of trainers) {
        expect(state.params).toEqual(trainers[0]!.state.params)
        state.params.forEach((each, i) => expect(each).toBeCloseTo(alone.state.params[i]!, 5))
        dispose()
      }
    }
  })

  test('cannot be shared unevenly', async () => {
    for (const ranks of [
      { rank: 0, count: 3 },
      { rank: 2, count: 2 },
    ]) {
      await expect(trainerOf(twoPartTask(twoPartSpec()), engine, { ranks })).rejects.toMatchObject({ code: 'usage' })
    }
  })
})

/** A sum over processes, as a network would make it: all wait for all. */
function adder(count: number) {
  let [sum, waiting]: [Float32Array, (() => void)[]] = [new Float32Array(), []]
  return async (gradients: Float32Array): Promise<void> => {
    const total = (sum = waiting.length === 0 ? new Float32Array(gradients.length) : sum)
    gradients.forEach((each, i) => (total[i]! += each))
    if (waiting.length + 1 < count) await new Promise<void>((resolve) => waiting.push(resolve))
    else {
      for (const resolve of waiting) resolve()
      waiting = []
    }
    gradients.set(total)
  }
}

test('layouts agree with shapes', async () => {
  for (const [, { layout }] of learningParts((await twoPartTask(twoPartSpec()).problem()).parts)) {
    expect(layout.size).toBe(layout.specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0))
  }
})

test('the state before the first step is saved unless it is known, or told otherwise', async () => {
  const saved = async (options: Partial<LoopOptions>): Promise<readonly number[]> =>
    (await run(twoPartTask(twoPartSpec()), options)).checkpoints.map(({ state }) => state.step)
  expect(await saved({})).toEqual([0, 5, 10, 12])
  expect(await saved({ checkpointFirst: false })).toEqual([5, 10, 12])
  const [, from] = (await run(twoPartTask(twoPartSpec()))).checkpoints
  expect(await saved({ from })).toEqual([10, 12])
  // a copy of a run is nowhere yet
  expect(await saved({ from, checkpointFirst: true })).toEqual([5, 10, 12])
})

test('parameters of frozen parts are built into the graph, or fed to it where they are more than a file of a graph holds', () => {
  const weights = Float32Array.of(1, 2)
  const part = (size: number) => ({
    learns: false,
    weights,
    layout: { ...decoderLayout, size, toMap: (data: Float32Array) => new Map([['w', { shape: [2], data }]]) },
  })
  expect(frozenConstants({ net: part(2) }).get('net.w')).toBe(weights)
  expect(frozenConstants({ net: part(2 ** 26) }).get('net.w')).toMatchObject({ stored: 'float32', data: weights })
  expect(frozenConstants({ a: part(2 ** 25), b: part(2 ** 25) }).get('b.w')).toMatchObject({ stored: 'float32' })
})
