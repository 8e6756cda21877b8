/** What a page does in the tests of the engine for browsers. */
import { input, mul } from '../../src/engine/graph/index.ts'
import { adamw, gathered, globalNorm, zerosTogether } from '../../src/engine/optim/index.ts'
import { compile } from '../../src/engine/runtime/index.ts'
import { webEngine } from '../../src/engine/runtime/web/index.ts'
import type { WebEngineOptions } from '../../src/engine/runtime/web/index.ts'
import { isTweedieError } from '../../src/errors.ts'
import { trainAndDraw } from './training.ts'

const inPage = {
  async facts(options: WebEngineOptions) {
    using engine = await webEngine(options)
    const { device, access, threads, isolated, why } = engine
    return { device, access, threads, isolated, why }
  },

  /** The same where WebGPU promises an adapter that then does not work. */
  async factsOfBrokenGpu(options: WebEngineOptions) {
    const gpu = { requestAdapter: async () => ({ info: {} }) }
    Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true })
    try {
      return await this.facts(options)
    } finally {
      Reflect.deleteProperty(navigator, 'gpu')
    }
  },

  async trained(options: WebEngineOptions, ...[what, steps]: [what: 'moons' | 'glyphs', steps: number]) {
    using engine = await webEngine(options)
    return await trainAndDraw(engine, what, steps)
  },

  /** What a graph does with arrays in the runtime's memory, and kernels with the same. */
  async inRoom(options: WebEngineOptions) {
    using engine = await webEngine(options)
    const { x, y } = zerosTogether({ x: 1000, y: 1000 }, engine.room)
    x.forEach((_, i) => (x[i] = i))
    using program = await compile({ y: mul(input('x', [1000]), 2) }, engine)
    using bound = program.bind({ x }, { y })
    await bound.run()
    const [first] = y.subarray(10)
    x[10] = -1
    await bound.run()
    const own = gathered({ y })
    return {
      together: x.buffer === y.buffer && engine.room !== undefined && x.buffer !== own.y.buffer,
      zeros: zerosTogether({ z: 10_000 }, engine.room).z.every((each) => each === 0),
      values: [first, y[10], y[999]],
      norms: [globalNorm(y), globalNorm(own.y)],
      same: sameUpdates(engine.room),
    }
  },

  /** The megabytes of the runtime's memory while arrays come and go. */
  async reused(options: WebEngineOptions, rounds: number, megabytes: number) {
    using engine = await webEngine(options)
    const room = engine.room!
    const sizes: number[] = []
    for (let i = 0; i < rounds; i++) {
      const { a } = zerosTogether({ a: megabytes * 2 ** 18 }, room)
      a[0] = i
      ;(globalThis as unknown as { gc(): void }).gc()
      // The runtime learns of unused memory in a task of its own.
      await new Promise((resolve) => setTimeout(resolve, 20))
      sizes.push(room.memory.buffer.byteLength / 2 ** 20)
    }
    return sizes
  },

  /** How an engine is refused. */
  async refused(options: WebEngineOptions) {
    const error: unknown = await webEngine(options).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    return isTweedieError(error) ? { code: error.code, message: error.message, hint: error.hint } : String(error)
  },

  /** Steps of an endless loop of runs until a timer, which is due at once, has its turn. */
  async runsUntilTimer(options: WebEngineOptions) {
    using engine = await webEngine(options)
    using program = await compile({ y: mul(input('x', [1000]), 2) }, engine)
    const state = { runs: 0, done: false }
    setTimeout(() => (state.done = true), 0)
    const limit = performance.now() + 2000
    for (; !state.done && performance.now() < limit; state.runs++) await program.run({ x: new Float32Array(1000) })
    return state
  },
}

/** Whether an update in the room has the bits of one in memory of its own. */
function sameUpdates(room: Parameters<typeof zerosTogether>[1]): boolean {
  const update = (arrays: Record<'params' | 'gradients' | 'm' | 'v' | 'average', Float32Array>): Float32Array => {
    const { params, gradients, average, ...slots } = arrays
    params.forEach((_, i) => (params[i] = Math.sin(i)))
    gradients.forEach((_, i) => (gradients[i] = Math.cos(3 * i)))
    const options = { clipNorm: 1, ema: { average, decay: 0.9 } }
    adamw({ weightDecay: 0.1 }).update(params, gradients, { step: 0, slots }, 0.01, options)
    return params
  }
  const lengths = { params: 1003, gradients: 1003, m: 1003, v: 1003, average: 1003 }
  const [there, here] = [update(zerosTogether(lengths, room)), update(zerosTogether(lengths))]
  return there.every((each, i) => each === here[i])
}

/** The functions of the page. */
export type InPage = typeof inPage

Object.assign(globalThis, { inPage })
