/// <reference lib="esnext.disposable" preserve="true" />
/** The engine for browsers: ONNX Runtime as WebAssembly, or on the GPU through WebGPU. */
import { isTweedieError, TweedieError } from '../../../errors.ts'
import { encodeModel } from '../../onnx/proto/encode.ts'
import type { MemoryRoom } from '../../simd/room.ts'
import { checkOptions } from '../check.ts'
import type { Device, Engine, Resident, ResidentSpec, Session, SessionOptions } from '../session.ts'
import { oneAtATime } from '../turns.ts'
import { breathing } from './breath.ts'
import type { Breath } from './breath.ts'
import { heapOf } from './heap.ts'
import { loadHeap } from './heap-module.ts'
import { heapSession } from './heap-session.ts'
import { chooseDevice, requireWasm, threadsHere } from './means.ts'
import type { Chosen, UrlLike } from './means.ts'
import type { HeapFactory, OrtModule } from './ort-module.ts'
import { sourceOf } from './ort-source.ts'
import type { OrtSource } from './ort-source.ts'

/** Options of {@link webEngine}. */
export interface WebEngineOptions {
  /**
   * The folder, by its URL, that has `ort-wasm-….wasm` and `.mjs` of onnxruntime-web; default: where its module lies, which
   * bundlers know.
   */
  readonly assets?: UrlLike
  /** Default `auto`: WebGPU where there is a real adapter, WebAssembly otherwise. */
  readonly device?: Device
  /**
   * How numbers reach the runtime: `heap`, in its own memory, which is faster and takes `assets`; or `api`, copied by its public
   * interface. Default: `heap` where that is possible, which WebGPU's is not.
   */
  readonly access?: 'heap' | 'api'
  /** Default: all cores but one, up to four; one where the page is not cross-origin isolated. */
  readonly threads?: number
  /** Milliseconds after which the thread is free for waiting events, between two runs; default 30. */
  readonly yieldEvery?: number
  /**
   * onnxruntime-web: its module, or that of `ort-wasm-….mjs`, or the URL of either. Default: the one in `assets`; without them the
   * package, which a bundler or an import map finds by its name.
   */
  readonly ort?: OrtModule | { readonly default: HeapFactory } | UrlLike
}

/** The engine for browsers, and what it chose. */
export interface WebEngine extends Engine, Disposable {
  readonly name: 'web'
  readonly device: 'cpu' | 'webgpu'
  readonly access: 'heap' | 'api'
  readonly threads: number
  /** Whether the page is cross-origin isolated: only then are there threads. */
  readonly isolated: boolean
  /** What was chosen and why, a sentence for pages to show. */
  readonly why: string
  dispose(): void
}

/**
 * The engine to use in a browser, in a page or (better, since runs hold their thread) in a worker.
 *
 * @example
 * const engine = await webEngine({ assets: '/ort/' })
 * status.textContent = engine.why
 * using program = await compile({ y: silu(input('x', [4])) }, engine)
 *
 * @throws TweedieError `usage` for options that make no sense, `device` where WebAssembly, the asked device or the
 * runtime's module are missing
 */
export async function webEngine(options: WebEngineOptions = {}): Promise<WebEngine> {
  const { device = 'auto', threads: wanted, yieldEvery = 30 } = options
  if (!(yieldEvery >= 0)) {
    throw new TweedieError('usage', `\`yieldEvery: ${yieldEvery}\`; it is a number of milliseconds`)
  }
  requireWasm()
  const { threads, isolated, why: whyThreads } = threadsHere(wanted)
  const made = (on: Chosen): Promise<Made> => makeOn(on, options, threads, breathing(yieldEvery))
  const first = await chooseDevice(device)
  const { chosen, source, runtime } = await made(first).catch((error: unknown) => {
    // Left to choose, the engine is there even if what WebGPU takes is not.
    const tried = device === 'auto' && first.device === 'webgpu'
    if (!tried || !isTweedieError(error) || error.code === 'usage') throw error
    return made({ device: 'cpu', why: `WebAssembly, since WebGPU does not start (${error.message})` })
  })
  const { access, create, resident, room } = runtime
  let disposed = false
  const dispose = (): void => {
    disposed = true
  }
  return Object.freeze({
    name: 'web',
    device: chosen.device,
    access,
    threads,
    isolated,
    why: `${chosen.why}, ${whyThreads}${source.why}.`,
    blocks: false,
    room,
    async createSession(model, session = {}) {
      if (disposed) throw new TweedieError('usage', 'an engine is used after it was disposed')
      return create(deviceFor(chosen.device, threads, session), model, session)
    },
    async createResident(model, spec, session = {}) {
      if (disposed) throw new TweedieError('usage', 'an engine is used after it was disposed')
      return deviceFor(chosen.device, threads, session) === 'webgpu' ? resident?.(model, spec, session) : undefined
    },
    dispose,
    [Symbol.dispose]: dispose,
  } satisfies WebEngine)
}

/** A device, and the runtime that works on it. */
interface Made {
  readonly chosen: Chosen
  readonly source: OrtSource
  readonly runtime: Runtime
}

async function makeOn(chosen: Chosen, options: WebEngineOptions, threads: number, breath: Breath): Promise<Made> {
  const source = await sourceOf(chosen.device, options)
  const runtime = await runtimeOf(chosen.device, source, threads, breath)
  // The public interface loads its files, and asks for the device, with its first session.
  if (chosen.device === 'webgpu' && options.device !== 'webgpu')
    (await runtime.create('webgpu', nothing(), {})).dispose()
  return { chosen, source, runtime }
}

/** A model that does nothing. */
function nothing(): Uint8Array {
  const value = (name: string) => ({ name, dtype: 'float32', shape: [1] }) as const
  const nodes = [{ opType: 'Identity', inputs: ['x'], outputs: ['y'] }]
  const graph = { name: 'nothing', nodes, initializers: [], inputs: [value('x')], outputs: [value('y')] }
  return encodeModel({ irVersion: 10, opsets: { '': 21 }, graph })
}

/** The runtime behind an engine. */
interface Runtime {
  readonly access: 'heap' | 'api'
  readonly room?: MemoryRoom
  create(device: 'cpu' | 'webgpu', model: Uint8Array, options: SessionOptions): Promise<Session>
  /** On a GPU. */
  resident?(model: Uint8Array, spec: ResidentSpec, options: SessionOptions): Promise<Resident>
}

async function runtimeOf(
  device: 'cpu' | 'webgpu',
  source: OrtSource,
  threads: number,
  breath: Breath,
): Promise<Runtime> {
  const turn = oneAtATime()
  if ('factory' in source) {
    const heap = heapOf(await loadHeap(source.folder, threads, source.factory))
    const place = { heap, turn, breath }
    return { access: 'heap', room: heap.room, create: (_, model, options) => heapSession(place, model, options) }
  }
  // A page that has the runtime's memory does not need its public interface.
  const [{ loadOrt }, { apiSession }] = await Promise.all([import('./ort-module.ts'), import('./api-session.ts')])
  const place = { ort: await loadOrt(device === 'cpu' ? 'wasm' : 'webgpu', source, threads), turn, breath }
  return {
    access: 'api',
    create: (on, model, options) => apiSession(place, on, model, options),
    resident: async (model, spec, options) =>
      (await import('./gpu-resident.ts')).gpuResident(place, model, spec, options),
  }
}

/**
 * The device of a session.
 *
 * @throws TweedieError `usage` for options that need a file system or threads of a session's own, `device` for a device
 * that the engine was not made for
 */
function deviceFor(device: 'cpu' | 'webgpu', threads: number, options: SessionOptions): 'cpu' | 'webgpu' {
  checkOptions(options)
  if (options.threads !== undefined && options.threads !== threads) {
    throw new TweedieError('usage', `\`threads: ${options.threads}\`; in a browser all sessions share ${threads}`, {
      hint: `make the engine with webEngine({ threads: ${options.threads} })`,
    })
  }
  for (const name of ['profile', 'rewritten'] as const) {
    if (options[name] !== undefined) {
      throw new TweedieError('usage', `\`${name}\` needs files, which a browser does not have`)
    }
  }
  const wanted = options.device ?? device
  if (wanted === 'auto' || wanted === device) return device
  if (wanted === 'cpu') return 'cpu'
  throw new TweedieError('device', `the device '${wanted}' is not available: this engine is on '${device}'`, {
    hint: `make the engine with webEngine({ device: '${wanted}' })`,
  })
}
