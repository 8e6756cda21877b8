/** The cache of graphs: the same results with it and without, whatever is in its folder. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { TweedieError } from '../../../src/errors.ts'
import { add, conv, gradients, input, mul, silu, sin, sum } from '../../../src/engine/graph/index.ts'
import { describeRuntime, keptIn, nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { bindingEngine } from '../../../src/engine/runtime/node/ort-binding.ts'
import { cacheFiles, measureCache } from '../../../src/engine/runtime/node/ort-cache-files.ts'
import { cacheFolder, cachingEngine } from '../../../src/engine/runtime/node/ort-cache.ts'
import type { CacheOptions } from '../../../src/engine/runtime/node/ort-cache.ts'
import { capiEngine } from '../../../src/engine/runtime/node/ort-capi.ts'
import { compile } from '../../../src/engine/runtime/program.ts'
import type { CompileOptions } from '../../../src/engine/runtime/program.ts'
import { encodeSignature } from '../../../src/engine/onnx/proto/signature.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import type { Tensor } from '../../../src/engine/graph/index.ts'
import { relu, unknownOperator } from './models.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tweedie-cache-test-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
  vi.unstubAllEnvs()
})

// Large enough for a thread of its own.
const [x, w] = [input('x', [32, 8, 36, 36]), input('w', [16, 8, 3, 3])]
const y = sum(silu(conv(x, w, { padding: 1 })), [0])
const outputs = { y, dw: gradients(sum(y), [w])[0]! }
const wave = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(i))
const feeds = { x: wave(32 * 8 * 36 * 36), w: wave(16 * 8 * 9) }

/** What the graph gives, how its session was made, and what was noted. */
async function trial(
  inner: Engine,
  more: Partial<CacheOptions> = {},
  options: CompileOptions = {},
  graph: Readonly<Record<string, Tensor>> = outputs,
) {
  const notes: string[] = []
  const ways: string[] = []
  let lowered = false
  const spy: Engine = {
    name: inner.name,
    createSession(model, session) {
      const { from, saveTo } = session?.rewritten ?? {}
      // Before the graph is lowered, a model of one operator finds the size of blocks.
      if (from === undefined && model.length < 1000) lowered = true
      else ways.push(from ? 'loaded' : saveTo ? 'saved' : 'plain')
      return inner.createSession(model, session)
    },
  }
  const cache = { folder, version: '1', note: (message: string) => void notes.push(message), smallest: 1000, ...more }
  using program = await compile(graph, cachingEngine(spy, cache), { threads: 1, ...options })
  const given = Object.fromEntries(Object.entries(feeds).filter(([name]) => program.inputs.has(name)))
  return { results: await program.run(given), ways, notes, lowered, inputs: [...program.inputs.keys()] }
}

const graphs = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.graph'))

describe.each([
  { engine: bindingEngine, by: 'model', more: {} },
  { engine: capiEngine, by: 'model', more: {} },
  { engine: bindingEngine, by: 'graph', more: { code: 'this' } },
  { engine: capiEngine, by: 'graph', more: { code: 'this' } },
])('$engine.name, found by the $by', ({ engine, more }) => {
  test('what is loaded gives the same bits as what was rewritten', async () => {
    const without = await trial(engine, more, { cached: false })
    const first = await trial(engine, more)
    const second = await trial(engine, more)
    expect([without.ways, first.ways, second.ways]).toEqual([['plain'], ['saved'], ['loaded']])
    expect(first.results).toEqual(without.results)
    expect(second.results).toEqual(without.results)
    expect(without.results.y!.some((value) => value !== 0)).toBe(true)
    expect(readdirSync(folder)).toEqual(graphs())
    expect([...first.notes, ...second.notes]).toEqual([])
  })

  test.each<[string, (bytes: Buffer) => Uint8Array, string]>([
    [
      'a flipped bit',
      (bytes) => Uint8Array.from(bytes, (byte, i) => (i === bytes.length - 100 ? byte ^ 1 : byte)),
      'is damaged',
    ],
    ['half a file', (bytes) => bytes.subarray(0, bytes.length >> 1), 'is damaged'],
    [
      'another version',
      (bytes) => Buffer.concat([Buffer.from('tweedie graph cache 0\n'), bytes]),
      'of another version',
    ],
    ['no bytes', () => new Uint8Array(), 'of another version'],
  ])('%s is ignored with a note, and replaced', async (_, change, said) => {
    const first = await trial(engine, more)
    const path = join(folder, graphs()[0]!)
    const good = readFileSync(path)
    writeFileSync(path, change(Buffer.from(good)))
    const second = await trial(engine, more)
    expect(second.ways).toEqual(['saved'])
    expect(second.notes).toEqual([expect.stringContaining(said)])
    expect(second.notes[0]).not.toContain('\n')
    expect(second.results).toEqual(first.results)
    expect((await trial(engine, more)).ways).toEqual(['loaded'])
    expect(readdirSync(folder)).toHaveLength(1)
  })

  test('a whole file that the runtime refuses is ignored with a note, and replaced', async () => {
    const first = await trial(engine, more)
    const files = cacheFiles(folder, 1e9, expect.fail)
    const key = graphs()[0]!.replace('.graph', '')
    const path = files.stage(key)!
    writeFileSync(path, 'not a graph')
    files.keep(key, path, encodeSignature({ inputs: new Map(), outputs: new Map() }))
    const second = await trial(engine, more)
    expect(second.ways).toEqual(['loaded', 'saved'])
    expect(second.notes).toEqual([expect.stringContaining('the runtime refuses')])
    expect(second.results).toEqual(first.results)
    expect((await trial(engine, more)).ways).toEqual(['loaded'])
  })
})

test('what goes wrong meanwhile is thrown as it is, and says nothing about the graph', async () => {
  const notes: string[] = []
  const note = (message: string): void => void notes.push(message)
  const meanwhile = (): void => {
    throw new TweedieError('data', 'of the caller')
  }
  for (const kept of [0, 1, 1]) {
    expect(graphs()).toHaveLength(kept)
    const trying = trial(capiEngine, { note }, { meanwhile })
    await expect(trying).rejects.toMatchObject({ code: 'data', message: 'of the caller' })
  }
  await expect(trial(capiEngine, {}, { meanwhile, cached: false })).rejects.toThrow(/^of the caller$/)
  expect((await trial(capiEngine, { note })).ways).toEqual(['loaded'])
  expect(notes).toEqual([])
})

describe('the key', () => {
  test('another runtime, other options and another graph are kept apart', async () => {
    await trial(capiEngine)
    expect((await trial(capiEngine, { version: '2' })).ways).toEqual(['saved'])
    expect((await trial(capiEngine, {}, { threads: 2 })).ways).toEqual(['saved'])
    const config = { 'session.set_denormal_as_zero': '1' }
    expect((await trial(capiEngine, {}, { config })).ways).toEqual(['saved'])
    expect(graphs()).toHaveLength(4)
  })

  test('a graph is lowered where nothing of it is kept, or other code did it, and not otherwise', async () => {
    const made = async (
      code: string,
      graph: Readonly<Record<string, Tensor>> = outputs,
      options: CompileOptions = {},
    ) => {
      const { lowered, inputs, notes } = await trial(capiEngine, { code }, options, graph)
      expect([inputs, notes]).toEqual([graph === outputs ? ['x', 'w'] : ['x'], []])
      return lowered
    }
    expect([await made('a'), await made('a')]).toEqual([true, false])
    expect([await made('b'), await made('b'), await made('a')]).toEqual([true, false, false])
    // An input that the simplifier finds to be unused must not be fed, whether or not it has looked.
    const long = Array.from({ length: 100 }).reduce<Tensor>((z) => sin(z), x)
    const unused = { y: add(long, mul(sum(w), 0)) }
    expect([await made('a', unused), await made('a', unused)]).toEqual([true, false])
    expect([await made('a', outputs, { cached: false }), await made('a')]).toEqual([true, false])
  })

  test('both engines find the same', async () => {
    await trial(capiEngine)
    expect((await trial(bindingEngine)).ways).toEqual(['loaded'])
  })
})

describe('what is expected', () => {
  const other = { y: add(y, 1), dw: outputs.dw }

  /** Expects a graph for a purpose, asks for one, and says which sessions there were and which of them are left. */
  async function start(graph: Readonly<Record<string, Tensor>>, options: CompileOptions = {}) {
    const ways: string[] = []
    let open = 0
    const spy: Engine = {
      name: 'spy',
      async createSession(model, session) {
        const { from, saveTo } = session?.rewritten ?? {}
        if (from || saveTo) ways.push(from ? 'loaded' : 'saved')
        const made = await capiEngine.createSession(model, session)
        open++
        const dispose = (): void => void (open--, made.dispose())
        return { ...made, dispose, [Symbol.dispose]: dispose }
      },
    }
    const engine = cachingEngine(spy, { folder, version: '1', code: 'a', note: expect.fail, smallest: 1000 })
    const all = { threads: 1, ...options }
    let meanwhile = 0
    let before: string[]
    let results
    {
      using expected = (await engine.expect!('training', all))!
      before = [...ways]
      const program = await compile(graph, engine, { ...all, expected, meanwhile: () => void meanwhile++ })
      results = await program.run(feeds)
      program.dispose()
    }
    // What was expected in vain may still be on its way.
    await vi.waitFor(() => expect(open).toBe(0))
    return { before, ways, results, meanwhile }
  }
  const lasts = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.last'))

  test('is what was asked for the last time, and is loaded once, before it is asked for', async () => {
    const first = await start(outputs)
    expect([first.before, first.ways, lasts().length]).toEqual([[], ['saved'], 1])
    const second = await start(outputs)
    expect([second.before, second.ways, second.meanwhile]).toEqual([['loaded'], ['loaded'], 1])
    expect(second.results).toEqual(first.results)
    expect(measureCache(folder).files).toBe(1)
  })

  test('costs nothing but time where another graph is asked for, and then that one is expected', async () => {
    await start(outputs)
    const second = await start(other)
    expect([second.before, second.ways]).toEqual([['loaded'], ['loaded', 'saved']])
    expect(second.results.y![7]).toBeCloseTo((await start(outputs)).results.y![7]! + 1, 5)
    await start(other)
    expect((await start(other)).ways).toEqual(['loaded'])
    expect(lasts()).toHaveLength(1)
  })

  test('is released where nothing is asked for', async () => {
    await start(outputs)
    let released = 0
    const spy: Engine = {
      name: 'spy',
      async createSession(model, session) {
        const made = await capiEngine.createSession(model, session)
        return { ...made, dispose: () => void (released++, made.dispose()) }
      },
    }
    const engine = cachingEngine(spy, { folder, version: '1', code: 'a', note: expect.fail })
    const expected = await engine.expect!('training', { threads: 1 })
    expected.dispose()
    expected.dispose()
    await vi.waitFor(() => expect(released).toBe(1))
  })

  test.each<[string, () => void]>([
    ['a graph that is gone', () => graphs().forEach((name) => rmSync(join(folder, name)))],
    ['nonsense', () => lasts().forEach((name) => writeFileSync(join(folder, name), '../../secret'))],
    ['nothing', () => lasts().forEach((name) => rmSync(join(folder, name)))],
  ])('is nothing where the name of the last is that of %s', async (_, change) => {
    const first = await start(outputs)
    change()
    const second = await start(outputs)
    expect(second.before).toEqual([])
    expect(second.results).toEqual(first.results)
    expect((await start(outputs)).before).toEqual(['loaded'])
  })

  test('is nothing for other options, for a profile, and where nothing is kept', async () => {
    await start(outputs)
    expect((await start(outputs, { threads: 2 })).before).toEqual([])
    expect((await start(outputs, { cached: false })).before).toEqual([])
    expect((await start(outputs, { profile: join(folder, 'trace') })).before).toEqual([])
  })
})

describe('what is not kept', () => {
  test('graphs with weights, small and large ones, and those that are rewritten in part', async () => {
    const constants = new Map([['w', feeds.w]])
    const { results } = await trial(capiEngine, {}, { cached: false })
    const built = await trial(capiEngine, {}, { constants })
    expect(built.ways).toEqual(['plain'])
    for (const [i, value] of built.results.y!.entries()) expect(value).toBeCloseTo(results.y![i] as number, 4)
    expect((await trial(capiEngine, { smallest: 1e6 })).ways).toEqual(['plain'])
    expect((await trial(capiEngine, { largest: 1000 })).ways).toEqual(['plain'])
    expect((await trial(capiEngine, {}, { optimization: 'basic' })).ways).toEqual(['plain'])
    expect(readdirSync(folder)).toEqual([])
  })

  test('a model that the runtime refuses', async () => {
    const engine = cachingEngine(capiEngine, { folder, version: '1', note: expect.fail, smallest: 0 })
    await expect(engine.createSession(unknownOperator)).rejects.toMatchObject({ code: 'model' })
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a folder that cannot be written', () => {
  test('is no error', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const { ways, notes } = await trial(capiEngine, { folder: join(file, 'cache') })
    expect([ways, notes]).toEqual([['plain'], []])
  })

  test('nor is a disk that fills up while the graph is saved', async () => {
    const full: Engine = {
      name: 'full',
      createSession(model, { rewritten, ...options } = {}) {
        if (rewritten?.saveTo === undefined) return capiEngine.createSession(model, options)
        writeFileSync(rewritten.saveTo, 'half a gr')
        return Promise.reject(new Error('No space left on device'))
      },
    }
    const { ways, results } = await trial(full)
    expect(ways).toEqual(['saved', 'plain'])
    expect(results).toEqual((await trial(capiEngine, {}, { cached: false })).results)
    expect(readdirSync(folder)).toEqual([])
  })
})

test('the files that were not used for longest are removed, and no others', () => {
  const files = cacheFiles(folder, 800, expect.fail)
  const key = (digit: number): string => String(digit).repeat(64)
  const put = (digit: number): void => {
    const path = files.stage(key(digit))!
    writeFileSync(path, new Uint8Array(200))
    files.keep(key(digit), path, new Uint8Array(50).fill(1))
  }
  const age = (name: string, days: number): void => {
    const time = new Date(Date.now() - days * 86_400_000)
    utimesSync(join(folder, name), time, time)
  }
  for (const digit of [1, 2]) put(digit)
  age(`${key(1)}.graph`, 2)
  age(`${key(2)}.graph`, 1)
  writeFileSync(join(folder, 'notes.txt'), 'mine')
  writeFileSync(join(folder, `${key(5)}.1-1.part`), 'forgotten')
  age('notes.txt', 9)
  age(`${key(5)}.1-1.part`, 9)
  const { signature, rewritten } = files.read(key(1))! // which makes it the younger
  expect([signature.join(''), rewritten.join('')]).toEqual(['1'.repeat(50), '0'.repeat(200)])
  put(3)
  expect(readdirSync(folder).toSorted()).toEqual([`${key(1)}.graph`, `${key(3)}.graph`, 'notes.txt'])
  expect(measureCache(folder).files).toBe(2)
  expect(measureCache(folder).bytes).toBeGreaterThan(400)
  expect(measureCache(join(folder, 'missing'))).toEqual({ files: 0, bytes: 0 })
})

describe('the place', () => {
  test('TWEEDIE_CACHE, the XDG folder, the home folder, or none', () => {
    vi.stubEnv('XDG_CACHE_HOME', '/xdg')
    const of = (value: string): string | undefined => {
      vi.stubEnv('TWEEDIE_CACHE', value)
      return cacheFolder()
    }
    expect(of('off')).toBe(undefined)
    expect(of('some/where')).toBe(resolve('some/where'))
    expect(of('')).toBe(join('/xdg', 'tweedie'))
    vi.stubEnv('XDG_CACHE_HOME', 'relative')
    expect(of('')).toBe(join(homedir(), '.cache', 'tweedie'))
  })

  test('off is off, and tests leave the cache of their user alone', async () => {
    expect(process.env.TWEEDIE_CACHE).toBe('off')
    expect((await describeRuntime()).cache).toBe(undefined)
    expect([bindingEngine, capiEngine].includes(await nodeEngine({ prefer: 'binding' }))).toBe(true)
  })

  test('nothing is kept unasked', async () => {
    for (const value of ['', 'off']) {
      vi.stubEnv('TWEEDIE_CACHE', value)
      expect(keptIn()).toBe(undefined)
    }
    vi.stubEnv('XDG_CACHE_HOME', '/xdg')
    vi.stubEnv('TWEEDIE_CACHE', '')
    expect([keptIn(true), keptIn('here'), keptIn(false)]).toEqual([join('/xdg', 'tweedie'), resolve('here'), undefined])
    vi.stubEnv('TWEEDIE_CACHE', 'on')
    expect([keptIn(), keptIn(false)]).toEqual([join('/xdg', 'tweedie'), undefined])
    vi.stubEnv('TWEEDIE_CACHE', 'off')
    expect([keptIn(true), keptIn('here')]).toEqual([undefined, resolve('here')])
  })

  test('the engine of Node keeps its cache there', async () => {
    vi.stubEnv('TWEEDIE_CACHE', join(folder, 'deep', 'cache'))
    const engine = await nodeEngine()
    expect(await nodeEngine()).toBe(engine)
    using small = await engine.createSession(relu, { threads: 1 })
    expect(small.device).toBe('cpu')
    const cache = { folder: join(folder, 'deep', 'cache'), files: 0, bytes: 0 }
    expect((await describeRuntime()).cache).toEqual(cache)
  })

  test('what was noted goes to a channel and nowhere else, and the run goes on', () => {
    const code = `
      import { readdirSync, writeFileSync } from 'node:fs'
      const { input, matmul } = await import('./src/engine/graph/index.ts')
      const { subscribe } = await import('node:diagnostics_channel')
      const { nodeEngine, noteChannel } = await import('./src/engine/runtime/node/index.ts')
      subscribe(noteChannel, ({ message }) => console.log(message))
      const { compile } = await import('./src/engine/runtime/program.ts')
      const a = input('a', [2, 2])
      let y = a
      for (let i = 0; i < 1000; i++) y = matmul(y, input('b' + i, [2, 2]))
      const make = async () => compile({ y }, await nodeEngine(), { threads: 1 })
      await make()
      const [file, ...others] = readdirSync(process.env.TWEEDIE_CACHE)
      writeFileSync(process.env.TWEEDIE_CACHE + '/' + file, 'nonsense')
      await make()
      console.log(others.length)
    `
    const env = { ...process.env, TWEEDIE_CACHE: folder, TWEEDIE_ENGINE: '' }
    const args = ['--import', 'tsx', '--input-type=module', '--eval', code]
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env })
    expect(stdout).toMatch(/^.*\.graph is of another version: it is made anew\n0\n$/)
    expect(stderr).toBe('')
  })
})

describe('what others may have written is not used', () => {
  test('in a folder that they can write to', async () => {
    await trial(capiEngine)
    chmodSync(folder, 0o777)
    const { ways, notes } = await trial(capiEngine)
    expect(ways).toEqual(['plain'])
    expect(notes).toEqual([expect.stringContaining('can be written to by other users')])
    chmodSync(folder, 0o700)
    expect((await trial(capiEngine)).ways).toEqual(['loaded'])
  })

  test.skipIf(process.platform === 'win32')('a pipe in place of a file does not hang', () => {
    const notes: string[] = []
    const files = cacheFiles(folder, 1e6, (note) => void notes.push(note))
    const key = 'a'.repeat(64)
    for (const name of [`${key}.graph`, `${key}.last`]) spawnSync('mkfifo', [join(folder, name)])
    expect(readdirSync(folder)).toHaveLength(2)
    expect(files.read(key)).toBeUndefined()
    expect(files.last(key)).toBeUndefined()
    files.remember(key, 'b'.repeat(64))
    expect(files.last(key)).toBe('b'.repeat(64))
  })
})
