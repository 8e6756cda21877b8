/** Training whose state stays on the device, against training whose optimiser runs here: the same losses and the same state. */
import { beforeAll, describe, expect, test } from 'vitest'
import { createTrainer, train } from '../../../src/app/train.ts'
import { characterTokenizer } from '../../../src/files/text/index.ts'
import { defaultHvaeSpec } from '../../../src/families/hvae/defaults.ts'
import { defaultTokenSpec } from '../../../src/families/tokens/defaults.ts'
import { trainerOf } from '../../../src/tools/train/trainer.ts'
import type { Trainer, TrainerOptions } from '../../../src/tools/train/trainer.ts'
import type { TrainState } from '../../../src/tools/train/problem.ts'
import { residentOf } from '../../../src/engine/runtime/resident.ts'
import { TweedieError } from '../../../src/errors.ts'
import { adamw } from '../../../src/engine/optim/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import { defaultSpec } from '../../../src/families/values/default-spec.ts'
import type { Choices } from '../../../src/families/values/defaults.ts'
import { builtinDataset, classCount, createCategorical } from '../../../src/files/data/index.ts'
import type { ArrayDataset } from '../../../src/files/data/index.ts'
import { encodeCheckpoint } from '../../../src/tools/train/checkpoint.ts'
import { decodeCheckpoint } from '../../../src/tools/train/decode-checkpoint.ts'
import type { Checkpoint } from '../../../src/tools/train/checkpoint.ts'
import { decoderLayout, twoPartSpec, twoPartTask } from './two-parts.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine()
})

const digits = builtinDataset('glyphs', { length: 40 })
const moons = builtinDataset('moons', { length: 50 })
const network = { className: 'MLP', config: { input_shape: [2], width: 16, layers: 2 } }
const specOf = (dataset: ArrayDataset, choices: Choices) =>
  defaultSpec({ ...dataset, classes: classCount(dataset) }, { batch: 8, ...choices })

async function trained(dataset: ArrayDataset, choices: Choices, steps: number, options: TrainerOptions) {
  const spec = specOf(dataset, { budget: { steps }, ...choices })
  using trainer = await createTrainer(spec, dataset, engine, { threads: 1, ...options })
  const losses: number[] = []
  const norms: number[] = []
  for (let step = 0; step < steps; step++) {
    const { loss, gradientNorm } = await trainer.step(steps)
    losses.push(loss)
    norms.push(gradientNorm)
  }
  await trainer.bringBack()
  return { losses, norms, state: structuredClone(trainer.state), resident: trainer.resident }
}

describe('a step whose state stays', () => {
  test.each<[string, ArrayDataset, Choices, number]>([
    ['an MLP with AdamW', moons, { network, optimizer: { weightDecay: 0.01 } }, 100],
    ['clipped in each step', moons, { network, optimizer: { clipNorm: 0.05 } }, 20],
    ['with momentum', moons, { network, optimizer: { name: 'sgd', momentum: 0.9, rate: 0.01 } }, 20],
    ['with Muon', moons, { network, optimizer: { name: 'muon', weightDecay: 0.01 } }, 20],
    // Muon makes much of rounding: directions of almost no gradient move as far as others
    ['a U-Net', digits, { unet: { widths: [8, 16] }, patch: 4, flip: true, optimizer: { name: 'adamw' } }, 6],
  ])('is the usual one: %s', { timeout: 60_000 }, async (_, dataset, choices, steps) => {
    const [usual, stays] = [
      await trained(dataset, choices, steps, {}),
      await trained(dataset, choices, steps, { resident: true }),
    ]
    expect([usual.resident, stays.resident]).toEqual([false, true])
    expect(stays.state.step).toBe(steps)
    expect(stays.state.optimizer.step).toBe(usual.state.optimizer.step)
    stays.losses.forEach((loss, i) => expect(Math.abs(loss - usual.losses[i]!)).toBeLessThan(1e-6))
    stays.norms.forEach((norm, i) => expect(Math.abs(norm / usual.norms[i]! - 1)).toBeLessThan(1e-5))
    expectSame(stays.state, usual.state)
  })
})

describe('of other families', () => {
  const text = 'the cat sat on the mat. '.repeat(20)
  const tokenizer = characterTokenizer(text)
  const verse = createCategorical({
    name: 'verse',
    shape: [16],
    categories: tokenizer.size,
    data: tokenizer.encode(text),
    vocabulary: { kind: 'text', tokenizer },
  })
  const few = { batch: 8, budget: { steps: 4 } }

  test.each([
    ['tokens', () => [defaultTokenSpec(verse, { ...few, widths: [32], depth: 1 }), verse] as const],
    [
      'hvae',
      () => [defaultHvaeSpec(digits, { ...few, latentSizes: [4, 2], widths: [8, 8], depth: 1 }), digits] as const,
    ],
  ])('it is the usual one, too: %s', async (_, made) => {
    const [spec, data] = made()
    const [usual, stays] = [
      await statesOf(await createTrainer(spec, data, engine, { threads: 1 })),
      await statesOf(await createTrainer(spec, data, engine, { threads: 1, resident: true })),
    ]
    expectSame(stays, usual)
  })

  async function statesOf(trainer: Pick<Trainer, 'step' | 'bringBack' | 'state' | 'dispose'>): Promise<TrainState> {
    for (let step = 0; step < 4; step++) await trainer.step(4)
    await trainer.bringBack()
    trainer.dispose()
    return trainer.state
  }
})

describe('a run whose state stays', () => {
  const spec = specOf(moons, { network, budget: { steps: 12 } })
  const run = async (resident: boolean, from?: Checkpoint) => {
    const checkpoints: Checkpoint[] = []
    const averages: Float32Array[] = []
    const options = { threads: 1, checkpointEvery: 5, resident, from }
    for await (const event of train({ spec, dataset: moons, engine, ...options })) {
      if (event.type === 'checkpoint') checkpoints.push(decodeCheckpoint(encodeCheckpoint(event.checkpoint)))
      if (event.type === 'step' && event.step === 7) averages.push((await event.model()).weights.slice())
    }
    return { checkpoints, averages }
  }

  test('has the checkpoints of the usual one, and either goes on from the other', async () => {
    const [usual, stays] = [await run(false), await run(true)]
    expect(stays.checkpoints.map(({ state }) => state.step)).toEqual([0, 5, 10, 12])
    usual.checkpoints.forEach(({ state }, i) => expectSame(stays.checkpoints[i]!.state, state))
    stays.averages[0]!.forEach((each, i) => expect(each).toBeCloseTo(usual.averages[0]![i]!, 6))
    const again = await run(false, structuredClone(stays.checkpoints[1]!))
    expectSame(again.checkpoints.at(-1)!.state, usual.checkpoints.at(-1)!.state)
    const forth = await run(true, structuredClone(stays.checkpoints[1]!))
    expect(forth.checkpoints.at(-1)!.state).toEqual(stays.checkpoints.at(-1)!.state)
  })

  test('of parts with and without an average, and of a frozen one', async () => {
    const weights = Float32Array.from({ length: decoderLayout.size }, (_, i) => Math.sin(i))
    const settings = [
      { encoder: { average: false } },
      { encoder: { average: false }, decoder: { average: false } },
      { decoder: { learns: false, weights } },
    ]
    for (const changes of settings) {
      const states = []
      for (const resident of [false, true]) {
        using trainer = await trainerOf(twoPartTask(twoPartSpec(), changes), engine, { resident, threads: 1 })
        for (let step = 0; step < 8; step++) await trainer.step(8)
        await trainer.bringBack()
        states.push(structuredClone(trainer.state))
      }
      expectSame(states[1]!, states[0]!)
    }
  })
})

describe('where the state stays', () => {
  test('it is as of the last time that it was brought back', async () => {
    using trainer = await createTrainer(specOf(moons, { network }), moons, engine, { resident: true })
    const start = trainer.state.params.slice()
    await trainer.step(10)
    await trainer.bringBack()
    const one = trainer.state.params.slice()
    await trainer.step(10)
    expect(one).not.toEqual(start)
    expect([trainer.made, trainer.state.step, trainer.state.optimizer.step]).toEqual([2, 1, 1])
    expect(trainer.state.params).toEqual(one)
  })

  test('brought back while a step runs, it is that of the end of the step', async () => {
    using trainer = await createTrainer(specOf(moons, { network }), moons, engine, { resident: true })
    await trainer.step(10)
    const running = trainer.step(10)
    await trainer.bringBack()
    expect([trainer.state.step, trainer.state.optimizer.step]).toEqual([2, 2])
    const { params } = structuredClone(trainer.state)
    await running
    await trainer.step(10)
    await trainer.bringBack()
    expect(trainer.state.step).toBe(3)
    expect(trainer.state.params).not.toEqual(params)
  })

  test('a step that is not finite is an error, and changes nothing', async () => {
    using trainer = await createTrainer(specOf(moons, { network }), moons, engine, { resident: true })
    await trainer.step(() => 1e-3)
    await trainer.bringBack()
    const before = structuredClone(trainer.state)
    await trainer.step(() => 1e30)
    await expect(trainer.step(() => 1e-3)).rejects.toMatchObject({ code: 'diverged' })
    expect(trainer.made).toBe(2)
    expect(trainer.state).toEqual(before)
  })

  test('what was brought back is kept when the device is lost', async () => {
    let lost = false
    const gpu: Engine = {
      name: 'gpu',
      createSession: engine.createSession,
      async createResident(model, spec) {
        const resident = residentOf(await engine.createSession(model), spec)
        const unlessLost =
          <A extends readonly unknown[], R>(task: (...args: A) => Promise<R>) =>
          async (...args: A): Promise<R> => {
            if (lost) throw new TweedieError('device', 'the GPU is gone')
            return task(...args)
          }
        return { ...resident, step: unlessLost(resident.step), state: unlessLost(resident.state) }
      },
    }
    const spec = specOf(moons, { network, budget: { steps: 20 } })
    const kept: Checkpoint[] = []
    const run = async (): Promise<void> => {
      for await (const event of train({ spec, dataset: moons, engine: gpu, device: 'webgpu', checkpointEvery: 4 })) {
        if (event.type === 'checkpoint') kept.push(decodeCheckpoint(encodeCheckpoint(event.checkpoint)))
        if (event.type === 'step' && event.step === 6) lost = true
      }
    }
    await expect(run()).rejects.toMatchObject({ code: 'device' })
    expect(kept.map(({ state }) => state.step)).toEqual([0, 4])
    lost = false
    using trainer = await createTrainer(spec, moons, gpu, { device: 'webgpu', from: kept[1] })
    await trainer.step(20)
    lost = true
    await expect(trainer.step(20)).rejects.toMatchObject({ code: 'device' })
    await expect(trainer.bringBack()).rejects.toMatchObject({ code: 'device' })
    expect(trainer.state.step).toBe(4)
    expect(trainer.state.params).toEqual(kept[1]!.state.params)
  })

  test('what it does not go with is refused by name', async () => {
    const refused = (options: TrainerOptions, message: RegExp) =>
      expect(
        createTrainer(specOf(moons, { network }), moons, engine, { resident: true, ...options }),
      ).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(message) })
    await refused({ optimizer: adamw() }, /`resident: true`.*one of your own/)
    await refused({ reduce: () => {} }, /shared between processes/)
    await refused({ portion: 4 }, /in 2 portions/)
  })

  test('it stays where the engine offers that, and is said not to where the step does not allow it', async () => {
    const asked: (string | undefined)[] = []
    const gpu: Engine = {
      name: 'gpu',
      createSession: async (model, options) => ({ ...(await engine.createSession(model)), device: options!.device! }),
      async createResident(model, spec, options) {
        asked.push(options?.device)
        return { ...residentOf(await engine.createSession(model), spec), device: 'webgpu' }
      },
    }
    const spec = specOf(moons, { network })
    using stays = await createTrainer(spec, moons, gpu, { device: 'webgpu' })
    expect([stays.resident, stays.session.device, stays.remarks]).toEqual([true, 'webgpu', []])
    using crosses = await createTrainer(spec, moons, gpu, { device: 'webgpu', portion: 4 })
    expect(crosses.resident).toBe(false)
    expect(crosses.remarks.join()).toMatch(/cross between host and webgpu in every step, since .* 2 portions/)
    using off = await createTrainer(spec, moons, gpu, { device: 'webgpu', resident: false })
    using cpu = await createTrainer(spec, moons, gpu, { device: 'cpu' })
    expect([off.resident, off.remarks, cpu.resident, cpu.remarks]).toEqual([false, [], false, []])
    expect(asked).toEqual(['webgpu'])
    const remarks: string[] = []
    const parted = { spec: { ...spec, batch: 4, accumulate: 2, budget: { steps: 1 } }, dataset: moons }
    for await (const event of train({ ...parted, engine: gpu, device: 'webgpu' })) {
      if (event.type === 'remark') remarks.push(event.text)
    }
    expect(remarks).toEqual([expect.stringMatching(/cross between host and webgpu .* 2 portions/)])
  })
})

/** The same step, and every array to rounding. */
function expectSame(ours: TrainState, theirs: TrainState): void {
  expect([ours.step, ours.optimizer.step]).toEqual([theirs.step, theirs.optimizer.step])
  const arrays = ({ params, average, optimizer }: TrainState): Record<string, Float32Array> => ({
    params,
    average,
    ...optimizer.slots,
  })
  for (const [name, array] of Object.entries(arrays(theirs))) {
    const most = array.reduce((sum, each, i) => Math.max(sum, Math.abs(each - arrays(ours)[name]![i]!)), 0)
    const size = array.reduce((sum, each) => Math.max(sum, Math.abs(each)), 1)
    expect(most / size, name).toBeLessThan(2e-6)
  }
}
