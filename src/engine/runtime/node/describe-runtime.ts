/** Describes the runtime of this process: versions, engine, devices, threads, the cache. */
import { availableParallelism } from 'node:os'
import { arch, platform, versions } from 'node:process'
import { TweedieError } from '../../../errors.ts'
import { encodeModel } from '../../onnx/proto/encode.ts'
import type { Engine } from '../session.ts'
import { attempt, deviceError } from './device-error.ts'
import { keptIn, nodeEngine } from './node-engine.ts'
import { measureCache } from './ort-cache-files.ts'
import { loadCapi } from './ort-capi.ts'
import { findOrtLibrary } from './ort-library.ts'
import { findOrtPackage, otherPlatforms } from './ort-package.ts'
import type { OtherPlatforms } from './ort-package.ts'

/** Whether a device can be used, and if not, why. */
export interface DeviceReport {
  readonly device: string
  readonly available: boolean
  /** The runtime's own message. */
  readonly reason?: string
}

/** The runtime of this process. */
export interface RuntimeReport {
  readonly node: string
  /** Version of ONNX Runtime, if it is installed. */
  readonly onnxruntime?: string
  /** The engine in use, if one loads. */
  readonly engine?: string
  /** Why a better engine, or any, does not load. */
  readonly problem?: string
  readonly devices: readonly DeviceReport[]
  /** The folder of the graph cache, if it is on. */
  readonly cache?: { readonly folder: string; readonly files: number; readonly bytes: number }
  /** Files that the installed package has for other platforms, if it has such: they may be deleted. */
  readonly otherPlatforms?: OtherPlatforms
  /** Threads that this process may use at a time. */
  readonly threads: number
}

/** Loads an engine and runs one operator on each device. Missing devices are reported, never thrown. */
export async function describeRuntime(): Promise<RuntimeReport> {
  const capi = await loadCapi().catch(deviceError)
  const capiProblem = capi instanceof TweedieError ? capi : undefined
  const onnxruntime = capi instanceof TweedieError ? attempt(() => findOrtLibrary().version) : capi.api.version
  const others = attempt(() => otherPlatforms(findOrtPackage()))
  const engine = await nodeEngine().catch(deviceError)
  const usable = !(engine instanceof TweedieError)
  const problem = usable ? (engine.name === 'binding' ? capiProblem : undefined) : engine
  const folder = keptIn()
  const devices: DeviceReport[] = []
  if (usable) for (const device of devicesHere()) devices.push(await tryDevice(engine, device))
  return {
    node: versions.node,
    ...(onnxruntime !== undefined && { onnxruntime }),
    ...(usable && { engine: engine.name }),
    ...(problem && { problem: problem.message }),
    devices,
    ...(folder !== undefined && { cache: { folder, ...measureCache(folder) } }),
    ...(others && { otherPlatforms: others }),
    threads: availableParallelism(),
  }
}

/** The devices that ONNX Runtime has a provider for on this system. */
function devicesHere(): readonly string[] {
  const hasCuda = arch === 'x64' && (platform === 'linux' || platform === 'win32')
  return ['cpu', 'webgpu', ...(hasCuda ? ['cuda'] : [])]
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
