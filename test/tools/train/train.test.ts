/** The training loop as a library: events, the clock, interruption, continuation, refusals. */
import { beforeAll, describe, expect, test } from 'vitest'
import { builtinDataset, classCount, take } from '../../../src/files/data/index.ts'
import type { ArrayDataset } from '../../../src/files/data/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import { encodeCheckpoint } from '../../../src/tools/train/checkpoint.ts'
import { decodeCheckpoint } from '../../../src/tools/train/decode-checkpoint.ts'
import type { Checkpoint } from '../../../src/tools/train/checkpoint.ts'
import { defaultSpec } from '../../../src/families/values/default-spec.ts'
import type { Choices } from '../../../src/families/values/defaults.ts'
import { createTrainer, train } from '../../../src/app/train.ts'
import type { TrainEvent, TrainOptions } from '../../../src/app/train.ts'
import type { Model } from '../../../src/families/values/model.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine()
})

const digits = builtinDataset('glyphs', { length: 40 })
const moons = builtinDataset('moons', { length: 50 })

const specOf = (dataset: ArrayDataset, choices: Choices) =>
  defaultSpec({ ...dataset, classes: classCount(dataset) }, { batch: 8, ...choices })
const tinyUNet: Choices = { unet: { widths: [8, 16] }, patch: 4, flip: true }

/** All events; checkpoints as bytes, as they would be on a disk. */
async function collect(options: Omit<TrainOptions, 'engine'>) {
  const events: TrainEvent[] = []
  const checkpoints: Uint8Array[] = []
  for await (const event of train({ engine, ...options })) {
    events.push(event)
    if (event.type === 'checkpoint') checkpoints.push(encodeCheckpoint(event.checkpoint))
  }
  return { events, checkpoints: checkpoints.map((bytes) => decodeCheckpoint(bytes)) }
}

const lossesOf = (events: readonly TrainEvent[]) =>
  events.flatMap((event) => (event.type === 'step' ? [[event.step, event.loss, event.rate]] : []))
const logOf = (events: readonly TrainEvent[]) =>
  events.flatMap((event) => {
    if (event.type !== 'log') return []
    const { itemsPerSecond: _, seconds: __, ...line } = event.line
    return [line]
  })

describe('train', () => {
  test('continued from any checkpoint, everything is as if nothing had happened', async () => {
    const spec = specOf(digits, { ...tinyUNet, budget: { steps: 12 } })
    const options = { spec, dataset: digits, logEvery: 5, checkpointEvery: 4 }
    const whole = await collect(options)
    expect(whole.checkpoints.map(({ state }) => state.step)).toEqual([0, 4, 8, 12])
    expect(logOf(whole.events).map(({ step }) => step)).toEqual([5, 10, 12])
    for (const from of whole.checkpoints.slice(0, 3)) {
      const rest = await collect({ ...options, from: structuredClone(from) })
      expect(rest.checkpoints.at(-1)!.state).toEqual(whole.checkpoints.at(-1)!.state)
      expect(lossesOf(rest.events)).toEqual(lossesOf(whole.events).slice(from.state.step))
      expect(logOf(rest.events)).toEqual(logOf(whole.events).slice(-logOf(rest.events).length))
    }
  })

  test('learns: the loss falls, and its tenths average to it', async () => {
    const { events } = await collect({
      spec: specOf(moons, { batch: 50, budget: { steps: 300 } }),
      dataset: moons,
      logEvery: 50,
    })
    const lines = events.flatMap((event) => (event.type === 'log' ? [event.line] : []))
    expect(lines.at(-1)!.loss).toBeLessThan(0.8 * lines[0]!.loss)
    for (const { loss, lossByNoise } of lines) {
      expect(lossByNoise.reduce((sum: number, each) => sum + each! / 10, 0)).toBeCloseTo(loss, 5)
    }
  })

  test('minutes by a clock: it ends in time, with a learning rate that has come down', async () => {
    let now = 0
    const spec = specOf(moons, { budget: { minutes: 0.1 }, optimizer: { warmup: 5 } })
    const { events } = await collect({ spec, dataset: moons, clock: () => (now += 5) })
    const steps = events.flatMap((event) => (event.type === 'step' ? [event] : []))
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'finished' })
    expect(now).toBeLessThan(6000)
    expect(now).toBeGreaterThan(5400)
    expect(steps.at(-1)!.rate).toBeLessThan(0.01 * spec.optimizer.rate)
  })

  test('a signal ends it after the step, with a checkpoint', async () => {
    const controller = new AbortController()
    const events: string[] = []
    const spec = specOf(moons, { budget: { steps: 1000 } })
    for await (const event of train({ engine, spec, dataset: moons, signal: controller.signal })) {
      if (event.type === 'step' && event.step === 4) controller.abort()
      if (event.type !== 'step') events.push(event.type)
      if (event.type === 'end') expect(event).toMatchObject({ reason: 'stopped', step: 4 })
    }
    expect(events).toEqual(['ready', 'checkpoint', 'checkpoint', 'end'])
  })

  test('a loss that is not finite is an error, and the state is that before the step', async () => {
    const spec = specOf(moons, { budget: { steps: 100 }, optimizer: { rate: 1e30, warmup: 0 } })
    let last: Checkpoint | undefined
    const run = async (): Promise<void> => {
      for await (const event of train({ engine, spec, dataset: moons })) {
        if (event.type === 'checkpoint') last = decodeCheckpoint(encodeCheckpoint(event.checkpoint))
      }
    }
    await expect(run()).rejects.toMatchObject({ code: 'diverged' })
    expect(last!.state.params.every(Number.isFinite)).toBe(true)
  })
})

describe('a step of a family', () => {
  const spec = specOf(digits, { ...tinyUNet, batch: 12, budget: { steps: 10 } })

  test('is the same in micro-batches, and shared by two processes', async () => {
    using whole = await createTrainer(spec, digits, engine)
    using parted = await createTrainer({ ...spec, batch: 4, accumulate: 3 }, digits, engine)
    const sum: Float32Array[] = []
    const gradients: Float32Array[] = []
    using alone = await createTrainer(spec, digits, engine, { reduce: (all) => void gradients.push(all.slice()) })
    using first = await createTrainer(spec, digits, engine, { ranks: { rank: 0, count: 2 }, reduce: keep })
    using second = await createTrainer(spec, digits, engine, { ranks: { rank: 1, count: 2 }, reduce: keep })
    function keep(each: Float32Array): void {
      sum.push(each.slice())
    }
    const [one, two] = [await whole.step(10), await parted.step(10)].map((report) => structuredClone(report))
    expect(two!.levels).toEqual(one!.levels)
    expect(two!.loss).toBeCloseTo(one!.loss, 5)
    const halves = [await first.step(10), await second.step(10)]
    expect(halves.flatMap(({ levels }) => [...levels])).toEqual([...one!.levels])
    expect((halves[0]!.loss + halves[1]!.loss) / 2).toBeCloseTo(one!.loss, 5)
    await alone.step(10)
    gradients[0]!.forEach((each, i) => expect(sum[0]![i]! + sum[1]![i]!).toBeCloseTo(each, 5))
  })

  test('begins with the weights of a model, at step 0 with a fresh optimiser', async () => {
    let model: Model | undefined
    for await (const event of train({ engine, spec, dataset: digits })) {
      if (event.type === 'checkpoint') model = event.model
    }
    const weights = model!.layout.toMap(model!.weights)
    const start = { weights: new Map([['unet', weights]]) }
    const { checkpoints } = await collect({ spec, dataset: digits, start })
    expect(checkpoints[0]!.state.step).toBe(0)
    expect(checkpoints[0]!.state.params).toEqual(model!.weights)
    expect(checkpoints[0]!.state.average).toEqual(model!.weights)
    expect(checkpoints[0]!.state.optimizer.slots.m!.every((each) => each === 0)).toBe(true)
    expect(checkpoints.at(-1)!.state.params).not.toEqual(model!.weights)
  })
})

describe('refused before anything is compiled', () => {
  const refused = (dataset: ArrayDataset, choices: Choices, code: string, message: RegExp) =>
    expect(collect({ spec: specOf(dataset, choices), dataset })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })

  test('a batch larger than the data', () => refused(take(moons, 5), { batch: 6 }, 'usage', /batch of 6 .* 5 items/))
  test('labels that the data have not', () => {
    const config = { input_shape: [2], num_class_embeds: 3 }
    return refused(
      { ...moons, labels: undefined, classNames: undefined },
      { network: { className: 'MLP', config } },
      'usage',
      /no labels/,
    )
  })
  test('too few classes', () => {
    const config = { input_shape: [2], num_class_embeds: 2 }
    const objective = { labelDropout: 0.1 }
    return refused(
      moons,
      { objective, network: { className: 'MLP', config } },
      'usage',
      /2 class embeddings, .* one more/,
    )
  })
  test('another shape', () =>
    refused(moons, { network: { className: 'MLP', config: { input_shape: [3] } } }, 'shape', /\[2\].*\[3\]/))
  test('a budget of nothing', () => refused(moons, { budget: { steps: 0 } }, 'usage', /steps is 0/))
})
