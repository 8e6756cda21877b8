/// <reference lib="esnext.disposable" preserve="true" />
/** The engine for browsers: ONNX Runtime as WebAssembly, or on the GPU through WebGPU. */
import { TweedieError } from '../../../errors.ts'
import { checkOptions } from '../check.ts'
import type { Device, Engine, SessionOptions } from '../session.ts'
import { oneAtATime } from '../turns.ts'
import { apiSession } from './api-session.ts'
import { breathing } from './breath.ts'
import { gpuResident } from './gpu-resident.ts'
import { chooseDevice, requireWasm, threadsHere } from './means.ts'
import type { UrlLike } from './means.ts'
import { loadOrt } from './ort-module.ts'
import type { OrtModule } from './ort-module.ts'

/** Options of {@link webEngine}. */
export interface WebEngineOptions {
  /**
   * The folder, by its URL, that has `ort-wasm-….wasm` and `.mjs` of onnxruntime-web; default: where its module lies, which
   * bundlers know.
   */
  readonly assets?: UrlLike
  /** Default `auto`: WebGPU where there is a real adapter, WebAssembly otherwise. */
  readonly device?: Device
  /** How graphs reach the runtime: `api`, its public interface. */
  readonly access?: 'heap' | 'api'
  /** Default: all cores but one, up to four; one where the page is not cross-origin isolated. */
  readonly threads?: number
  /** Milliseconds after which the thread is free for waiting events, between two runs; default 30. */
  readonly yieldEvery?: number
  /** onnxruntime-web: the module, or the URL of its `.mjs`; default: found by its name, by a bundler or an import map. */
  readonly ort?: OrtModule | UrlLike
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
  const { assets, device = 'auto', threads: wanted, yieldEvery = 30, ort: given } = options
  if (!(yieldEvery >= 0)) {
    throw new TweedieError('usage', `\`yieldEvery: ${yieldEvery}\`; it is a number of milliseconds`)
  }
  requireWasm()
  const { threads, isolated, why: whyThreads } = threadsHere(wanted)
  const chosen = await chooseDevice(device)
  const ort = await loadOrt(chosen.device === 'cpu' ? 'wasm' : 'webgpu', { ort: given, assets }, threads)
  const place = { ort, turn: oneAtATime(), breath: breathing(yieldEvery) }

  return Object.freeze({
    name: 'web',
    device: chosen.device,
    access: 'api',
    threads,
    isolated,
    why: `${chosen.why}, ${whyThreads}.`,
    blocks: false,
    createSession: async (model, sessionOptions = {}) =>
      apiSession(place, deviceFor(chosen.device, threads, sessionOptions), model, sessionOptions),
    createResident: async (model, spec, sessionOptions = {}) =>
      deviceFor(chosen.device, threads, sessionOptions) === 'webgpu'
        ? gpuResident(place, model, spec, sessionOptions)
        : undefined,
    dispose() {},
    [Symbol.dispose]() {},
  } satisfies WebEngine)
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
