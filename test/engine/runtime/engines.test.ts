import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { TweedieError } from '../../../src/errors.ts'
import { bindingEngine } from '../../../src/engine/runtime/node/ort-binding.ts'
import { capiEngine } from '../../../src/engine/runtime/node/ort-capi.ts'
import { tensorArrays } from '../../../src/engine/runtime/session.ts'
import type { Engine, Session, SessionOptions, TensorData, TensorType } from '../../../src/engine/runtime/session.ts'
import { gather, linear, relu, shapeless, slow, unknownOperator } from './models.ts'

const one: SessionOptions = { threads: 1 }

describe.each<Engine>([bindingEngine, capiEngine])('$name', (engine) => {
  const open: Session[] = []
  const session = async (model: Uint8Array, options: SessionOptions = one) => {
    const created = await engine.createSession(model, options)
    open.push(created)
    return created
  }
  afterAll(() => {
    for (const created of open) created.dispose()
  })

  describe('values', () => {
    test('elementwise, of two sizes through one free dimension', async () => {
      const net = await session(relu)
      for (const values of [[-1, 2], [3, -4, 5], []]) {
        const y = zeros('float32', [values.length])
        await net.run({ x: float32([values.length], values) }, { y })
        expect([...y.data]).toEqual(values.map((value) => Math.max(value, 0)))
      }
    })

    test('a product with a constant, two outputs', async () => {
      const net = await session(linear)
      const inputs = { x: float32([2, 2], [1, 2, 3, 4]), w: float32([2, 3], [1, 0, 1, 0, 1, 1]) }
      const outputs = { y: zeros('float32', [2, 3]), sum: zeros('float32', [3]) }
      await net.run(inputs, outputs)
      expect([...outputs.y.data]).toEqual([11, 22, 33, 13, 24, 37])
      expect([...outputs.sum.data]).toEqual([24, 46, 70])
    })

    test('only the outputs that are asked for', async () => {
      const net = await session(linear)
      const sum = zeros('float32', [3])
      await net.run({ x: float32([1, 2], [1, 1]), w: float32([2, 3], [1, 2, 3, 4, 5, 6]) }, { sum })
      expect([...sum.data]).toEqual([15, 27, 39])
    })

    test('int64, float64 and bool', async () => {
      const net = await session(gather)
      const y = zeros('float64', [3, 2])
      const positive = zeros('bool', [3])
      const table = tensor('float64', [4, 2], Float64Array.of(0, 0.1, 1, 1.1, 2, 2.1, 3, 3.1))
      await net.run({ table, index: tensor('int64', [3], BigInt64Array.of(2n, 0n, -1n)) }, { y, positive })
      expect([...y.data]).toEqual([2, 2.1, 0, 0.1, 3, 3.1])
      expect([...positive.data]).toEqual([1, 0, 0])
    })
  })

  describe('memory', () => {
    test.each([ArrayBuffer, SharedArrayBuffer])('views into one flat %o, written in place', async (Buffer) => {
      const flat = new Float32Array(new Buffer(4 * 20)).fill(7)
      flat.set([1, 2, 3, 4], 1)
      flat.set([1, 0, 1, 0, 1, 1], 6)
      const net = await session(linear)
      const view = (shape: number[], from: number, to: number) => tensor('float32', shape, flat.subarray(from, to))
      await net.run({ x: view([2, 2], 1, 5), w: view([2, 3], 6, 12) }, { y: view([2, 3], 13, 19) })
      expect([...flat]).toEqual([7, 1, 2, 3, 4, 7, 1, 0, 1, 0, 1, 1, 7, 11, 22, 33, 13, 24, 37, 7])
    })

    test('a bound run reads and writes the same memory every time', async () => {
      const net = await session(relu)
      const flat = new Float32Array(5)
      const y = zeros('float32', [2])
      const bound = net.bind({ x: tensor('float32', [2], flat.subarray(3)) }, { y })
      for (const values of [
        [1, -1],
        [-2, 2],
        [3, 3],
      ]) {
        flat.set(values, 3)
        await bound.run()
        expect([...y.data]).toEqual(values.map((value) => Math.max(value, 0)))
      }
      bound.dispose()
      bound.dispose()
      await expect(bound.run()).rejects.toThrow('after it was disposed')
    })

    test('an output may be an input: an update in place', async () => {
      const net = await session(relu)
      const x = float32([3], [-1, 2, -3])
      await net.run({ x }, { y: x })
      expect([...x.data]).toEqual([0, 2, 0])
    })

    test('the bytes of the model are free once the session is there', async () => {
      const bytes = linear.slice()
      const net = await session(bytes)
      bytes.fill(0)
      const sum = zeros('float32', [3])
      await net.run({ x: float32([1, 2], [0, 0]), w: zeros('float32', [2, 3]) }, { sum })
      expect([...sum.data]).toEqual([10, 20, 30])
    })
  })

  describe('mistakes', () => {
    const good = { x: float32([1, 2], [1, 1]), w: float32([2, 3], [1, 2, 3, 4, 5, 6]) }
    const y = zeros('float32', [1, 3])

    test.each([
      [
        'a shape',
        { ...good, w: float32([3, 2], [1, 2, 3, 4, 5, 6]) },
        { y },
        "input 'w' has shape [3, 2]; the graph has [2, 3]",
      ],
      ['a rank', { ...good, x: float32([2], [1, 1]) }, { y }, "input 'x' has shape [2]; the graph has [batch, 2]"],
      [
        'two batches',
        good,
        { y: zeros('float32', [2, 3]) },
        "output 'y' has shape [2, 3]; the graph has [batch = 1, 3]",
      ],
      ['a type', { ...good, x: zeros('float64', [1, 2]) }, { y }, "input 'x' is float64; the graph has float32"],
      ['an array', { ...good, x: tensor('float32', [1, 2], new Float64Array(2)) }, { y }, 'takes a Float32Array'],
      ['a length', { ...good, x: float32([1, 2], [1]) }, { y }, "input 'x' has 1 elements; its shape [1, 2] takes 2"],
      ['a missing input', { x: good.x }, { y }, "input 'w' is missing"],
      ['an unknown input', { ...good, z: good.x }, { y }, "no input 'z'; its inputs are x, w"],
      ['an unknown output', good, { z: y }, "no output 'z'; its outputs are y, sum"],
      ['no output', good, {}, 'no outputs are requested'],
    ])('%s that does not fit is named', async (_, inputs, outputs, message) => {
      const net = await session(linear)
      const error = await failure(net.run(inputs, outputs))
      expect(error).toMatchObject({ code: 'shape', message: expect.stringContaining(message) })
      expect(() => net.bind(inputs, outputs)).toThrow(message)
    })

    test('a shape that only the runtime can check', async () => {
      const net = await session(shapeless)
      const error = await failure(net.run({ x: float32([2], [1, 2]) }, { y: zeros('float32', [3]) }))
      expect(error.code).toBe('shape')
      expect(error.message).toContain("'y'")
      await expectWorks(net)
    })

    test.each([
      ['random bytes', Uint8Array.from({ length: 100 }, (_, index) => (index * 37) % 251)],
      ['no bytes', new Uint8Array()],
      ['half a model', linear.subarray(0, linear.length >> 1)],
      ['an unknown operator', unknownOperator],
    ])('%s instead of a model', async (_, bytes) => {
      expect((await failure(engine.createSession(bytes, one))).code).toBe('model')
    })

    test.each([-1, 0.5, NaN, 1e7])('%d microseconds of spinning', async (spinning) => {
      expect((await failure(engine.createSession(relu, { spinning }))).code).toBe('usage')
    })

    test.each([0, -1, 1.5, NaN])('%d threads', async (threads) => {
      expect((await failure(engine.createSession(relu, { threads }))).code).toBe('usage')
    })

    test('a device that is not there', async () => {
      const error = await failure(engine.createSession(relu, { device: 'nonsense' }))
      expect(error).toMatchObject({ code: 'device', message: expect.stringContaining("'nonsense'") })
      expect(error.hint).toContain('doctor')
    })
  })

  describe('life', () => {
    test('disposing twice is fine, using afterwards is not', async () => {
      const net = await engine.createSession(relu, one)
      const bound = net.bind({ x: zeros('float32', [1]) }, { y: zeros('float32', [1]) })
      await expectWorks(net)
      net.dispose()
      net.dispose()
      expect((await failure(net.run({ x: zeros('float32', [1]) }, { y: zeros('float32', [1]) }))).code).toBe('usage')
      expect((await failure(bound.run())).code).toBe('usage')
      expect(() => net.bind({ x: zeros('float32', [1]) }, { y: zeros('float32', [1]) })).toThrow('disposed')
    })

    test('disposing during a run lets it end', async () => {
      const net = await engine.createSession(slow(20), one)
      const x = tensor('float32', [256, 256], identity(256))
      const y = zeros('float32', [256, 256])
      const running = net.run({ x }, { y })
      net.dispose()
      await running
      expect(y.data).toEqual(x.data)
    })

    test('runs at the same time do not disturb each other', async () => {
      const net = await session(relu)
      const outputs = Array.from({ length: 20 }, () => zeros('float32', [3]))
      await Promise.all(outputs.map((y, index) => net.run({ x: float32([3], [index, -1 - index, 1]) }, { y })))
      expect(outputs.map((y) => [...y.data])).toEqual(outputs.map((_, index) => [index, 0, 1]))
    })

    test('a signal that is already aborted stops the run before it starts', async () => {
      const net = await session(relu)
      const y = float32([1], [5])
      const error = await failure(net.run({ x: float32([1], [1]) }, { y }, { signal: AbortSignal.abort() }))
      expect(error.code).toBe('interrupted')
      expect([...y.data]).toEqual([5])
    })

    test('a profile is written when the session is disposed', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tweedie-'))
      try {
        const net = await engine.createSession(relu, { ...one, profile: join(folder, 'trace') })
        await expectWorks(net)
        net.dispose()
        const [file] = readdirSync(folder)
        expect(file).toMatch(/^trace.*\.json$/)
        expect(readFileSync(join(folder, file!), 'utf8')).toContain('Relu')
      } finally {
        if (existsSync(folder)) rmSync(folder, { recursive: true })
      }
    })

    test('every option is accepted', async () => {
      const config = { 'session.set_denormal_as_zero': '1' }
      for (const spinning of [0, 50]) {
        for (const optimization of ['all', 'extended', 'basic', 'disabled'] as const) {
          await expectWorks(await session(relu, { device: 'cpu', threads: 2, spinning, optimization, config }))
        }
      }
    })
  })
})

describe('capi, off the event loop', () => {
  const x = tensor('float32', [256, 256], identity(256))

  test('timers tick while a run is under way', async () => {
    using net = await capiEngine.createSession(slow(300), one)
    const order: string[] = []
    const running = net.run({ x }, { y: zeros('float32', [256, 256]) }).then(() => order.push('run'))
    const timer = new Promise((resolve) => setTimeout(resolve, 1)).then(() => order.push('timer'))
    await Promise.all([running, timer])
    expect(order).toEqual(['timer', 'run'])
  })

  test('on the thread of the caller, timers still tick between short runs', async () => {
    using net = await capiEngine.createSession(relu, { ...one, thread: 'caller' })
    await expectWorks(net)
    const y = zeros('float32', [2])
    using bound = net.bind({ x: float32([2], [-1, 1]) }, { y })
    const tick = new AbortController()
    setTimeout(() => tick.abort(), 1)
    const limit = Date.now() + 5000
    do await bound.run()
    while (Date.now() < limit && !tick.signal.aborted)
    expect(tick.signal.aborted).toBe(true)
    expect([...y.data]).toEqual([0, 1])
  })

  test('an abort stops a run half-way, and the session goes on', async () => {
    using net = await capiEngine.createSession(slow(2000), { ...one, optimization: 'disabled' })
    const bound = net.bind({ x }, { y: zeros('float32', [256, 256]) })
    for (let time = 0; time < 2; time++) {
      const stop = new AbortController()
      const running = failure(bound.run({ signal: stop.signal }))
      setTimeout(() => stop.abort(new Error('enough')), 20)
      expect(await running).toMatchObject({ code: 'interrupted', cause: { message: 'enough' } })
    }
  })

  test.each([
    ['exit', 'capi'],
    ['throw', 'capi'],
    ['worker', 'capi'],
    ['worker', 'binding'],
  ])('ends cleanly in the middle of a run: %s, %s', (how, engine) => {
    const script = fileURLToPath(new URL('end-in-flight.ts', import.meta.url))
    const { status, signal, stdout } = spawnSync(process.execPath, ['--import', 'tsx', script, how, engine], {
      encoding: 'utf8',
    })
    expect({ signal, status, stdout }).toEqual({ signal: null, status: how === 'throw' ? 1 : 7, stdout: 'in flight\n' })
  })
})

test.skipIf(process.platform !== 'linux')(
  'a process that runs sessions for a worker is started again when it has died',
  () => {
    const script = fileURLToPath(new URL('host-dies.ts', import.meta.url))
    const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', script], { encoding: 'utf8' })
    const [first, killed, next, last] = stdout.split('\n')
    expect([status, first, next, last]).toEqual([0, '0,0,1', '0,0,1', '0,0,1'])
    expect(killed).toMatch(/the process that runs onnxruntime-node (has ended|cannot be reached)/)
  },
)

async function expectWorks(net: Session): Promise<void> {
  const y = zeros('float32', [2])
  await net.run({ x: float32([2], [-1, 1]) }, { y })
  expect([...y.data]).toEqual([0, 1])
}

async function failure(promise: Promise<unknown>): Promise<TweedieError> {
  const error = await promise.then(
    () => new Error('it should have failed'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(TweedieError)
  return error as TweedieError
}

function tensor(dtype: TensorType, shape: readonly number[], data: TensorData['data']): TensorData {
  return { dtype, shape, data }
}

function float32(shape: readonly number[], values: readonly number[]): TensorData {
  return tensor('float32', shape, Float32Array.from(values))
}

function zeros(dtype: TensorType, shape: readonly number[]): TensorData {
  return tensor(dtype, shape, new tensorArrays[dtype](shape.reduce((product, size) => product * size, 1)))
}

function identity(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, index) => (index % (size + 1) === 0 ? 1 : 0))
}
