/** The engine for Node: the C functions of ONNX Runtime where they can be reached, its addon otherwise. */
import { availableParallelism } from 'node:os'
import { env, stderr, versions } from 'node:process'
import { TweedieError, isTweedieError } from '../../errors.ts'
import { encodeModel } from '../onnx/proto/encode.ts'
import { codeDigest } from './code-digest.ts'
import { bindingEngine } from './ort-binding.ts'
import { measureCache } from './ort-cache-files.ts'
import { cacheFolder, cachingEngine } from './ort-cache.ts'
import { capiEngine, loadCapi } from './ort-capi.ts'
import { findOrtLibrary } from './ort-library.ts'
import type { Engine } from './session.ts'

/** `capi`: fast, needs koffi; `binding`: the `onnxruntime-node` addon; `auto`: the first that loads. */
export type EnginePreference = 'auto' | 'capi' | 'binding'

/** Devices that the C functions reach without the addon's help. */
const capiDevices: ReadonlySet<string> = new Set(['cpu', 'webgpu', 'auto'])

/** The C functions, and the addon for the devices that they do not reach. */
const capiFirst: Engine = Object.freeze({
  name: 'capi',
  createSession: (model, options) =>
    (capiDevices.has(options?.device ?? 'cpu') ? capiEngine : bindingEngine).createSession(model, options),
} satisfies Engine)

/**
 * The engine to use in this process. The environment variable `TWEEDIE_ENGINE` wins over the preference. Graphs are kept in
 * a cache on disk: `TWEEDIE_CACHE` names its folder, or is `off`.
 *
 * @example
 * const engine = await nodeEngine()
 * using session = await engine.createSession(bytes, { device: 'cpu', threads: 2 })
 *
 * @throws TweedieError `usage` for an unknown preference, `device` if the engine that is asked for does not load
 */
export async function nodeEngine(preference: EnginePreference = 'auto'): Promise<Engine> {
  const wanted = env.TWEEDIE_ENGINE || preference
  if (wanted === 'binding') return cached(bindingEngine)
  if (wanted !== 'auto' && wanted !== 'capi') {
    throw new TweedieError('usage', `there is no engine '${wanted}'`, { hint: 'use auto, capi or binding' })
  }
  const missing = await loadCapi().then(() => undefined, deviceError)
  if (missing && wanted === 'capi') throw missing
  return cached(missing ? bindingEngine : capiFirst)
}

/** Engines with a cache, by name and folder: one for each, since what is known of an engine is kept with it. */
const withCache = new Map<string, Engine>()

function cached(engine: Engine): Engine {
  const folder = cacheFolder()
  const version = attempt(() => findOrtLibrary().version)
  if (folder === undefined || version === undefined) return engine
  const id = `${engine.name} ${folder}`
  const before = withCache.get(id)
  if (before !== undefined) return before
  const note = (message: string): void => void stderr.write(`tweedie: ${message}\n`)
  const made = cachingEngine(engine, { folder, version, code: codeDigest, note })
  withCache.set(id, made)
  return made
}

/** Whether a device can be used, and if not, why. */
export interface DeviceReport {
  readonly device: string
  readonly available: boolean
  /** The runtime's own words. */
  readonly reason?: string
}

/** What this process would run on. */
export interface RuntimeReport {
  readonly node: string
  /** Version of ONNX Runtime, where it is installed. */
  readonly onnxruntime?: string
  /** The engine in use, where one loads. */
  readonly engine?: string
  /** What keeps a better engine, or any, from loading. */
  readonly problem?: string
  readonly devices: readonly DeviceReport[]
  /** Where graphs are kept for the next start, unless that is turned off. */
  readonly cache?: { readonly folder: string; readonly files: number; readonly bytes: number }
  /** Threads that this process may use at a time. */
  readonly threads: number
}

/** Tries what there is: loads an engine and runs one operator on each device. Never throws for what is missing. */
export async function describeRuntime(): Promise<RuntimeReport> {
  const onnxruntime = attempt(() => findOrtLibrary().version)
  const capiProblem = await loadCapi().then(() => undefined, deviceError)
  const engine = await nodeEngine().catch(deviceError)
  const usable = !(engine instanceof TweedieError)
  const problem = usable ? (engine.name === 'binding' ? capiProblem : undefined) : engine
  const folder = cacheFolder()
  const devices: DeviceReport[] = []
  if (usable) for (const device of ['cpu', 'webgpu']) devices.push(await tryDevice(engine, device))
  return {
    node: versions.node,
    ...(onnxruntime !== undefined && { onnxruntime }),
    ...(usable && { engine: engine.name }),
    ...(problem && { problem: problem.message }),
    devices,
    ...(folder !== undefined && { cache: { folder, ...measureCache(folder) } }),
    threads: availableParallelism(),
  }
}

async function tryDevice(engine: Engine, device: string): Promise<DeviceReport> {
  try {
    using session = await engine.createSession(probe(), { device })
    const y = Float32Array.of(-1)
    const shape = [1]
    await session.run(
      { x: { dtype: 'float32', shape, data: Float32Array.of(2) } },
      { y: { dtype: 'float32', shape, data: y } },
    )
    return y[0] === 2 ? { device, available: true } : { device, available: false, reason: 'it computes wrong values' }
  } catch (error) {
    return { device, available: false, reason: error instanceof Error ? error.message : String(error) }
  }
}

/** y = max(x, 0) of one number. */
function probe(): Uint8Array {
  const value = (name: string) => ({ name, dtype: 'float32', shape: [1] }) as const
  return encodeModel({
    irVersion: 10,
    opsets: { '': 21 },
    graph: {
      name: 'probe',
      nodes: [{ opType: 'Relu', inputs: ['x'], outputs: ['y'] }],
      initializers: [],
      inputs: [value('x')],
      outputs: [value('y')],
    },
  })
}

/** A device that is missing is an answer; anything else is a bug and thrown on. */
function deviceError(error: unknown): TweedieError {
  if (isTweedieError(error, 'device')) return error
  throw error
}

function attempt<T>(task: () => T): T | undefined {
  try {
    return task()
  } catch (error) {
    deviceError(error)
    return undefined
  }
}
