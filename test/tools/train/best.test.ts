/** The weights that are best on held-out items: what is judged, what is kept, and that a stopped run goes on with both. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fit } from '../../../src/app/fit.ts'
import { judgedData } from '../../../src/app/held-out.ts'
import { preparingInMemory } from '../../../src/app/prepare.ts'
import { specificationOf } from '../../../src/app/specification.ts'
import { trainRun } from '../../../src/app/node/train-run.ts'
import { problemOf, train, type TrainEvent, type TrainOptions } from '../../../src/app/train.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { Scope } from '../../../src/engine/nn/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import { flowFamily } from '../../../src/families/flow/family.ts'
import type { FlowModel } from '../../../src/families/flow/model.ts'
import type { Model } from '../../../src/families/values/model.ts'
import { createTrajectory } from '../../../src/files/data/trajectory.ts'
import { builtinDataset, holdOut } from '../../../src/files/data/index.ts'
import { encodeCheckpoint } from '../../../src/tools/train/checkpoint.ts'
import { decodeCheckpoint } from '../../../src/tools/train/decode-checkpoint.ts'
import { heldOutLoss } from '../../../src/tools/train/held-out-loss.ts'
import { jointLayout } from '../../../src/tools/train/parts.ts'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-best-'))
afterAll(() => rmSync(folder, { recursive: true }))
let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine()
})

const { train: few, heldOut } = holdOut(builtinDataset('moons', { length: 48 }), 1 / 3)

/** Learns its few points by heart, quickly. */
const specOf = async (steps: number, options: object = {}) => ({
  ...(await flowFamily.specOf(
    few,
    { steps, batch: 16, rate: 0.02, decay: 'constant', ema: 0, widths: [16], ...options },
    {},
  )),
  keepBest: true,
})

type Held = Extract<TrainEvent<FlowModel>, { type: 'held-out' }>

async function runOf(options: Omit<TrainOptions<FlowModel>, 'engine' | 'dataset' | 'heldOut'>) {
  const looks: Held[] = []
  const averages = new Map<number, Float32Array>()
  let last: Extract<TrainEvent<FlowModel>, { type: 'checkpoint' }> | undefined
  const logged: unknown[] = []
  for await (const event of train<FlowModel>({ engine, dataset: few, heldOut, threads: 1, ...options })) {
    if (event.type === 'step') averages.set(event.step, (await event.checkpoint()).state.average.slice())
    if (event.type === 'held-out') looks.push(event)
    if (event.type === 'log') logged.push(event.line.heldOut)
    if (event.type === 'checkpoint') last = event
  }
  return { looks, averages, last: last!, logged }
}

describe('keepBest', () => {
  test('keeps what was best on items that training does not see, where it learns its own by heart', async () => {
    const { looks, averages, last, logged } = await runOf({ spec: await specOf(400), logEvery: 20 })
    expect(looks.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => 20 * (i + 1)))
    expect(logged).toEqual(looks.map(({ loss }) => loss))
    const best = looks.reduce((a, b) => (b.loss < a.loss ? b : a))
    expect(best.step).toBeLessThan(400)
    expect(looks.at(-1)!.loss).toBeGreaterThan(best.loss + 0.05)
    expect(looks.at(-1)!.best).toEqual({ step: best.step, loss: best.loss })
    expect(last.model.weights).toEqual(averages.get(best.step))
    expect(last.checkpoint.state.average).toEqual(averages.get(400))
    expect(last.model.meta.training).toMatchObject({
      steps: best.step,
      stepsMade: 400,
      heldOutLoss: Number(best.loss.toFixed(6)),
    })
  })

  test('judges the same items with the same noise, and drops nothing', async () => {
    const made = async (dropout: number) => {
      const digits = builtinDataset('glyphs', { length: 12 })
      const options = { steps: 2, batch: 4, widths: [8], depth: 1, dropout }
      const spec = await flowFamily.specOf(digits, options, {})
      return problemOf<FlowModel>(spec, digits)
    }
    const [plain, dropping] = await Promise.all([made(0), made(0.5)])
    const weights = new Float32Array(jointLayout(plain.parts).size).map((_, i) => Math.sin(i) / 20)
    const losses: number[] = []
    for (const problem of [plain, dropping, dropping]) {
      using judge = await heldOutLoss(problem, { batches: 3, size: 4 }, engine, { threads: 1 })
      losses.push(await judge.of(weights))
    }
    expect(losses[1]).toBe(losses[2])
    expect(losses[1]).toBeCloseTo(losses[0]!, 5)
    // the graph's plain interpreter agrees
    const { loss } = plain.loss(new Scope(), 4)
    const named = [...jointLayout(plain.parts).toMap(weights)].map(([name, { data }]) => [name, data] as const)
    const batch = plain.emptyBatch()
    const each = [0, 1, 2].map((step) => {
      plain.fill(batch, step)
      plain.dropNothing!(batch)
      return evaluate([loss], { ...Object.fromEntries(named), ...batch.feeds })[0]!.data[0] as number
    })
    expect(losses[0]).toBeCloseTo((each[0]! + each[1]! + each[2]!) / 3, 4)
  })

  test('goes on with what was best before', async () => {
    const spec = await specOf(100)
    const whole = await runOf({ spec, checkpointEvery: 50 })
    const stop = new AbortController()
    const events: TrainEvent<FlowModel>[] = []
    for await (const event of train<FlowModel>({
      engine,
      dataset: few,
      heldOut,
      spec,
      threads: 1,
      signal: stop.signal,
    })) {
      events.push(event)
      if (event.type === 'step' && event.step === 70) stop.abort()
    }
    const at70 = events.findLast((event) => event.type === 'checkpoint')!
    const from = decodeCheckpoint(encodeCheckpoint(at70.checkpoint))
    expect(from.best).toHaveLength(from.state.average.length)
    const rest = await runOf({ spec, from })
    expect([...events.filter(({ type }) => type === 'held-out'), ...rest.looks]).toEqual(whole.looks)
    expect(rest.last.model.weights).toEqual(whole.last.model.weights)
    expect(rest.last.checkpoint.best).toEqual(whole.last.checkpoint.best)
  })

  test('needs items that are held out', async () => {
    const events = train<FlowModel>({ engine, dataset: few, spec: await specOf(10) })
    await expect(events.next()).rejects.toMatchObject({ code: 'usage', hint: expect.stringContaining('heldOut') })
  })

  test('of data in memory a tenth is held out', async () => {
    const seen: Held[] = []
    const onEvent = (event: TrainEvent): void => void (event.type === 'held-out' && seen.push(event as Held))
    const points = builtinDataset('moons', { length: 100 })
    const model = await fit<FlowModel>(points, {
      engine,
      model: 'flow',
      steps: 20,
      batch: 16,
      widths: [8],
      keepBest: true,
      onEvent,
    })
    expect(seen.at(-1)!.step).toBe(20)
    expect(model.meta.training).toMatchObject({ heldOutLoss: Number(seen.at(-1)!.best.loss.toFixed(6)) })
  })
})

describe('a run that keeps its best weights', () => {
  const options = { model: 'flow', items: 64, batch: 16, widths: [8], steps: 40, keepBest: true }
  const lines = (out: string): unknown[] =>
    readFileSync(join(out, 'log.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)

  test('holds a tenth out where nothing is said, logs what it saw, and resumes', async () => {
    const out = join(folder, 'run')
    for await (const event of trainRun({ data: 'moons', out, options })) {
      if (event.type === 'report') expect(event.rows).toContainEqual(['held out', '10 % of each class, at random'])
    }
    expect(lines(out)).toEqual([
      expect.objectContaining({ step: 20, heldOut: expect.any(Number) }),
      expect.objectContaining({ step: 40, heldOut: expect.any(Number) }),
    ])
    let last: { step: number } | undefined
    for await (const event of trainRun({ out, resume: true, options: { steps: 60, keepBest: true } })) {
      if (event.type === 'held-out') last = event
    }
    expect(last!.step).toBe(60)
  })

  test.each([
    ['captions', 'scenes', { captions: true, widths: [8, 16], places: 12 }],
    ['codes', 'glyphs', { model: 'latent', latents: 'vae', widths: [8] }],
  ])('judges %s by what training found in its own', async (name, data, options) => {
    const shared = { items: 40, batch: 4, steps: 3 }
    const latents = join(folder, 'vae')
    const more = 'latents' in options ? { latents } : {}
    if ('latents' in options) {
      const vae = { ...shared, model: 'vae', widths: [8], batch: 8 }
      for await (const _ of trainRun({ data, out: latents, options: vae })) continue
    }
    const out = join(folder, name)
    const looks = async (request: object): Promise<unknown[]> => {
      const found: unknown[] = []
      for await (const event of trainRun({ threads: 1, ...request })) {
        if (event.type === 'held-out') found.push(event)
      }
      return found
    }
    const all = { ...shared, ...options, ...more, keepBest: true }
    const first = await looks({ data, out, options: all })
    expect(first).toHaveLength(3)
    const stop = new AbortController()
    const again = join(folder, `${name}-again`)
    for await (const event of trainRun({ data, out: again, threads: 1, options: all, signal: stop.signal })) {
      if (event.type === 'step' && event.step === 1) stop.abort()
    }
    expect(await looks({ out: again, resume: true })).toEqual(first.slice(1))
  })

  test('judges a Gaussian of fields over time by that of what came before', async () => {
    const [hour, length] = [3600, 60]
    const data = createTrajectory({
      name: 'waves',
      variables: [{ name: 'h' }],
      grid: [4, 4],
      // it grows: the law of what is held out would be another one
      states: Float32Array.from({ length: length * 16 }, (_, i) => (1 + i / 400) * Math.sin(i * i)),
      times: Float64Array.from({ length }, (_, i) => i * hour),
      step: hour,
      dated: true,
    })
    const how = { window: 4, steps: 2, batch: 2, widths: [8], precondition: 'gaussian', keepBest: true }
    const { train: before, heldOut: after } = holdOut(data, 0.1, 'end')
    const setting = preparingInMemory({ engine, own: {}, threads: 1 })
    const decided = await specificationOf(before, how, setting, [])
    const judged = (await judgedData(decided, after, { options: how }, setting))!
    expect(judged.length).toBeLessThan(decided.dataset.length)
    const lawOf = async (of: typeof judged) => {
      const { parts, snapshot } = await problemOf<Model>(decided.spec, of)
      const flat = new Float32Array(jointLayout(parts).size)
      return (await snapshot({ step: 0, params: flat, average: flat, optimizer: { step: 0, slots: {} } })).law
    }
    const law = await lawOf(decided.dataset)
    expect(law).toBeDefined()
    expect(await lawOf(judged)).toEqual(law)
    const model = await fit<Model>(data, { engine, threads: 1, ...how })
    expect(model.law).toEqual(law)
    expect(model.meta.training).toHaveProperty('heldOutLoss')
  })

  test('only times its steps in a dry run', async () => {
    const events: string[] = []
    for await (const { type } of trainRun({ data: 'moons', dryRun: true, options })) events.push(type)
    expect(events).toEqual(['report', 'estimate'])
  })

  test.each(['prediction', 'rows'])('of %s: is refused, with why', async (model) => {
    const path = join(folder, 'table.csv')
    const rows = Array.from({ length: 40 }, (_, i) => `${i},${i % 3 ? 'a' : 'b'},${i * 2}`)
    writeFileSync(path, ['x,kind,y', ...rows].join('\n'))
    const asked = { model, target: 'y', steps: 5, keepBest: true }
    const events = trainRun({ data: path, dryRun: true, options: asked })
    await expect(events.next()).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('keepBest') })
  })
})
