/** The proxy between a page and its worker, over a message channel, with Node's engine. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fit } from '../../src/app/fit.ts'
import { openModel } from '../../src/app/open.ts'
import type { StartedEngine } from '../../src/app/web/worker/answers.ts'
import { caller } from '../../src/app/web/worker/calls.ts'
import { connect, type Connection } from '../../src/app/web/worker/connect.ts'
import type { Line } from '../../src/app/web/worker/line.ts'
import type { RunEvent } from '../../src/app/web/worker/protocol.ts'
import { serve } from '../../src/app/web/worker/serve.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { modelDenoiser } from '../../src/compiled/denoiser.ts'
import { builtinDataset } from '../../src/files/data/builtin/index.ts'
import { decodeModelFolder, encodeModelFolder } from '../../src/files/io/model-folder.ts'
import type { Model } from '../../src/families/values/model.ts'

let tweedie: Connection

async function native(): Promise<StartedEngine> {
  const engine = await nodeEngine()
  return { engine, facts: { name: engine.name, device: 'cpu', threads: 1, isolated: true, why: 'Node.' } }
}

/** A page and a worker in one thread: messages are cloned as between two. */
function connected(): Connection {
  const { port1, port2 } = new MessageChannel()
  serve(port2 as unknown as Line, { engine: native })
  return connect(port1 as unknown as Line & { close(): void })
}

beforeAll(() => {
  tweedie = connected()
})
afterAll(() => tweedie.dispose())

const options = { model: 'values', widths: [16, 16], batch: 32, seed: 1, items: 500 }

async function eventsOf(run: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  for await (const event of run) events.push(event)
  return events
}

describe('training', () => {
  it('tells everything that happens, and gives the model that training in the same thread gives', async () => {
    const run = tweedie.train({ data: 'moons', options: { ...options, steps: 30 }, logEvery: 10 })
    const events = await eventsOf(run)
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['report', 'ready', 'step', 'log', 'checkpoint', 'end']),
    )
    expect(events.filter(({ type }) => type === 'step')).toHaveLength(30)
    using model = await run.model()
    const { items: length, ...rest } = options
    const alone = await fit<Model>(builtinDataset('moons', { length }), {
      ...rest,
      steps: 30,
      engine: await nodeEngine(),
    })
    using painter = await openModel(alone, { engine: await nodeEngine() })
    const [ours, theirs] = [
      await model.draw({ count: 8, seed: 3, steps: 5 }),
      await painter.draw({ count: 8, seed: 3, steps: 5 }),
    ]
    expect(ours.values.data).toEqual(theirs.array().data)
    expect(ours.how).toEqual(theirs.how)
  })

  it('waits, goes step by step, and ends', async () => {
    const run = tweedie.train({ data: 'moons', options: { ...options, steps: 1000 }, paused: true })
    const events: RunEvent[] = []
    const reading = (async () => {
      for await (const event of run) events.push(event)
    })()
    while (!events.some(({ type }) => type === 'paused')) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await run.step(3)).toBe(3)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(events.filter(({ type }) => type === 'step')).toHaveLength(3)
    await run.go()
    const at = await run.pause()
    expect(at).toBeGreaterThanOrEqual(3)
    const { reason, step } = await run.stop()
    expect([reason, step]).toEqual(['stopped', at])
    await reading
  })
})

it('stops within two steps', async () => {
  const { port1, port2 } = new MessageChannel()
  serve(port2 as unknown as Line, { engine: native })
  const calls = caller(port1 as unknown as Line)
  let run = 0
  const seen: RunEvent[] = []
  const end = calls.ask(
    'train',
    { data: 'moons', options: { ...options, steps: 100_000 }, logEvery: 10_000 },
    {
      onSent: (id) => (run = id),
      onEvents: (events) => void seen.push(...events),
    },
  )
  while (!seen.some((event) => event.type === 'step' && event.step >= 20))
    await new Promise((resolve) => setTimeout(resolve, 5))
  // The answer says at which step the wish arrived.
  const { step: asked } = await calls.ask('control', { run, to: 'stop' })
  const { step: made, reason } = await end
  expect(reason).toBe('stopped')
  expect(made - asked).toBeLessThanOrEqual(2)
  expect(made).toBeGreaterThanOrEqual(20)
  port1.close()
})

it('forks a run: the copy goes on exactly as the run does', async () => {
  const run = tweedie.train({ data: 'moons', options: { ...options, steps: 20 }, paused: true })
  const first = run[Symbol.asyncIterator]()
  while ((await first.next()).value?.type !== 'paused');
  await run.step(8)
  const copy = run.fork()
  await run.go()
  expect([(await run.end).step, (await copy.end).step]).toEqual([20, 20])
  const [mine, its] = await Promise.all(
    [run, copy].map(async (each) => (await (await each.model()).folder()).get('network/model.safetensors')),
  )
  expect(its).toEqual(mine)
  const longer = run.fork({ options: { steps: 25 } })
  expect((await longer.end).step).toBe(25)
  await expect(run.fork({ options: { batch: 3 } }).end).rejects.toThrow('`batch` cannot change')
})

describe('an open model', () => {
  it('draws, goes step by step through its frames, and gives its folder', async () => {
    using trained = await modelOf(20)
    const files = await trained.folder()
    using model = await tweedie.open(files)
    expect(model.facts).toMatchObject({ family: 'values', classNames: ['upper', 'lower'] })
    expect(model.facts.options.sample.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['count', 'seed', 'steps', 'guidance']),
    )
    const seen: number[] = []
    const drawn = await model.draw({
      count: 6,
      seed: 2,
      steps: 4,
      frames: true,
      preview: 2,
      onProgress: ({ step, picture }) => {
        if (step && picture) seen.push(step.index)
      },
    })
    expect(drawn.values.shape).toEqual([6, 2])
    expect(seen).toEqual([1, 3])
    expect(drawn.frames).toHaveLength(4)
    expect(drawn.frames![3]!.values!.data).toEqual(drawn.values.data)
    expect(drawn.makes).toBe('together')
    expect([...(await model.folder()).keys()]).toEqual([...encodeModelFolder(await folderOf(files)).keys()])
  })

  it('gives the score and the mean that its denoiser gives', async () => {
    using model = await modelOf(20)
    const points = Float32Array.of(0, 0, 1, -1, 0.5, 2)
    const time = 0.5
    const { denoised, score } = await model.field(points, time)
    using painter = await openModel(await folderOf(await model.folder()), { engine: await nodeEngine() })
    const { schedule, scale, ...rest } = painter.model as Model
    const { shift, scale: factor } = scale.affine!
    // The network's x of a place y = shift + scale x in the units of the data.
    const x = points.map((y, i) => (y - shift[i % 2]!) / factor[i % 2]!)
    using denoiser = await modelDenoiser({ schedule, ...rest }, await nodeEngine(), { batch: 3 })
    const mean = await denoiser.denoise(x, time)
    const [alpha, sigma] = [schedule.alpha(time), schedule.sigma(time)]
    points.forEach((_, i) => {
      expect(denoised[i]).toBeCloseTo(shift[i % 2]! + factor[i % 2]! * mean[i]!, 5)
      expect(score[i]).toBeCloseTo((alpha * mean[i]! - x[i]!) / sigma ** 2 / factor[i % 2]!, 4)
    })
    await expect(model.field(points, 0)).rejects.toThrow('`time: 0`')
    await expect(model.field(points.subarray(1), 1)).rejects.toMatchObject({ code: 'shape' })
  })

  it('says by name what it cannot do', async () => {
    using model = await modelOf(1)
    await expect(model.draw({ count: 0 })).rejects.toMatchObject({ name: 'TweedieError', code: 'usage' })
    await expect(model.draw({ samplr: 3 })).rejects.toMatchObject({
      message: expect.stringContaining('`samplr`') as string,
      hint: expect.stringContaining('`sampler`') as string,
    })
    await expect(model.restore(new Float32Array(2), { task: 'inpaint' })).rejects.toThrow(
      'restore is for models of images',
    )
    model.dispose()
    await expect(model.draw()).rejects.toThrow('the model was disposed of')
    await expect(tweedie.open({} as never)).rejects.toMatchObject({ code: 'usage' })
    await expect(tweedie.open(new Map([['readme.txt', new Uint8Array(3)]]))).rejects.toThrow(
      'the folder/model_index.json: no such file',
    )
    await expect(tweedie.data((() => 1) as never)).rejects.toThrow('what cannot go to a worker')
    await expect(tweedie.data('mons')).rejects.toMatchObject({
      hint: expect.stringContaining('did you mean moons?') as string,
    })
  })

  it('stops when it is told to, and says why', async () => {
    using model = await modelOf(1)
    const controller = new AbortController()
    const drawing = model.draw({
      count: 4,
      steps: 500,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('the page closed it')),
    })
    await expect(drawing).rejects.toMatchObject({
      code: 'interrupted',
      message: expect.stringContaining('the page closed it') as string,
    })
    await expect(model.draw({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'interrupted' })
  })
})

describe('data', () => {
  it('are described, and their items shown', async () => {
    using glyphs = await tweedie.data('glyphs', { items: 40, holdOut: 0.25 })
    expect(glyphs.facts).toMatchObject({ kind: 'image', shape: [1, 28, 28], length: 30, heldOut: 10 })
    const { values, labels, pictures } = await glyphs.items(28, 10)
    expect([values.shape, labels!.length, pictures!.length]).toEqual([[2, 1, 28, 28], 2, 2])
    using points = await tweedie.data([
      [1, 2],
      [3, 4],
      [5, 9],
    ])
    expect([...(await points.items(0, 3)).values.data]).toEqual([1, 2, 3, 4, 5, 9])
    await expect(tweedie.data('moons', { size: 32 })).rejects.toThrow('moons: has items of shape [2]')
  })
})

async function modelOf(steps: number) {
  const run = tweedie.train({ data: 'moons', options: { ...options, steps } })
  await run.end
  return run.model()
}

const folderOf = async (files: ReadonlyMap<string, Uint8Array>) => decodeModelFolder(files)
