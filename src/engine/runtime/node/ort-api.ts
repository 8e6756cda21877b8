/**
 * The C functions of ONNX Runtime that tweedie calls. They sit at fixed places in `OrtApi`, a table of function pointers
 * that only ever grows at its end, so a correct place stays correct in every later version.
 *
 * A wrong place or signature is a crash, not an error: every one is in this file, and {@link loadOrtApi} tries the first
 * few on values with known answers before anything else is called.
 *
 * Reference: https://github.com/microsoft/onnxruntime/blob/main/include/onnxruntime/core/session/onnxruntime_c_api.h
 */
import { platform } from 'node:process'
import { TweedieError } from '../../../errors.ts'
import type { Koffi } from './koffi.ts'

/** An address, or memory that stays in place during the call; null is the null pointer. */
export type Pointer = bigint | ArrayBufferView | null

/** How each kind of argument or result looks in JavaScript. */
interface Kinds {
  pointer: Pointer
  int: number
  size: number
  text: string
  path: string
  status: bigint | null
  nothing: void
}

type Kind = keyof Kinds

interface Place<Arguments extends readonly Kind[], Result extends Kind> {
  readonly index: number
  readonly args: Arguments
  readonly result: Result
}

/** The version of the table that is asked for: ONNX Runtime 1.22 and later have it. */
const apiVersion = 22

/** Calls on this thread that follow each other without a pause keep timers and signals waiting no longer than this. */
const maxHoldMs = 10

const table = {
  CreateStatus: place(0, ['int', 'text'], 'status'),
  GetErrorCode: place(1, ['pointer'], 'int'),
  GetErrorMessage: place(2, ['pointer'], 'text'),
  CreateEnv: place(3, ['int', 'text', 'pointer'], 'status'),
  CreateSessionFromArray: place(8, ['pointer', 'pointer', 'size', 'pointer', 'pointer'], 'status'),
  Run: place(9, ['pointer', 'pointer', 'pointer', 'pointer', 'size', 'pointer', 'size', 'pointer'], 'status'),
  CreateSessionOptions: place(10, ['pointer'], 'status'),
  SetOptimizedModelFilePath: place(11, ['pointer', 'path'], 'status'),
  EnableProfiling: place(14, ['pointer', 'path'], 'status'),
  DisableMemPattern: place(17, ['pointer'], 'status'),
  SetSessionLogSeverityLevel: place(22, ['pointer', 'int'], 'status'),
  SetSessionGraphOptimizationLevel: place(23, ['pointer', 'int'], 'status'),
  SetIntraOpNumThreads: place(24, ['pointer', 'int'], 'status'),
  CreateRunOptions: place(39, ['pointer'], 'status'),
  RunOptionsSetTerminate: place(46, ['pointer'], 'status'),
  CreateTensorWithDataAsOrtValue: place(
    49,
    ['pointer', 'pointer', 'size', 'pointer', 'size', 'int', 'pointer'],
    'status',
  ),
  GetTensorMutableData: place(51, ['pointer', 'pointer'], 'status'),
  CreateMemoryInfo: place(68, ['text', 'int', 'int', 'int', 'pointer'], 'status'),
  CreateCpuMemoryInfo: place(69, ['int', 'int', 'pointer'], 'status'),
  AllocatorAlloc: place(75, ['pointer', 'size', 'pointer'], 'status'),
  AllocatorFree: place(76, ['pointer', 'pointer'], 'status'),
  GetAllocatorWithDefaultOptions: place(78, ['pointer'], 'status'),
  ReleaseStatus: place(93, ['pointer'], 'nothing'),
  ReleaseMemoryInfo: place(94, ['pointer'], 'nothing'),
  ReleaseSession: place(95, ['pointer'], 'nothing'),
  ReleaseValue: place(96, ['pointer'], 'nothing'),
  ReleaseRunOptions: place(97, ['pointer'], 'nothing'),
  ReleaseSessionOptions: place(100, ['pointer'], 'nothing'),
  SessionEndProfiling: place(110, ['pointer', 'pointer', 'pointer'], 'status'),
  AddSessionConfigEntry: place(130, ['pointer', 'text', 'text'], 'status'),
  CreateAllocator: place(131, ['pointer', 'pointer', 'pointer'], 'status'),
  ReleaseAllocator: place(132, ['pointer'], 'nothing'),
  RunWithBinding: place(133, ['pointer', 'pointer', 'pointer'], 'status'),
  CreateIoBinding: place(134, ['pointer', 'pointer'], 'status'),
  ReleaseIoBinding: place(135, ['pointer'], 'nothing'),
  BindInput: place(136, ['pointer', 'text', 'pointer'], 'status'),
  BindOutput: place(137, ['pointer', 'text', 'pointer'], 'status'),
  BindOutputToDevice: place(138, ['pointer', 'text', 'pointer'], 'status'),
  GetBoundOutputValues: place(140, ['pointer', 'pointer', 'pointer', 'pointer'], 'status'),
  ClearBoundInputs: place(141, ['pointer'], 'nothing'),
  ClearBoundOutputs: place(142, ['pointer'], 'nothing'),
  CreateAndRegisterAllocator: place(144, ['pointer', 'pointer', 'pointer'], 'status'),
  CreateArenaCfg: place(156, ['size', 'int', 'int', 'int', 'pointer'], 'status'),
  ReleaseArenaCfg: place(157, ['pointer'], 'nothing'),
  SessionOptionsAppendExecutionProvider_CUDA_V2: place(204, ['pointer', 'pointer'], 'status'),
  CreateCUDAProviderOptions: place(205, ['pointer'], 'status'),
  UpdateCUDAProviderOptions: place(206, ['pointer', 'pointer', 'pointer', 'size'], 'status'),
  ReleaseCUDAProviderOptions: place(208, ['pointer'], 'nothing'),
  SessionOptionsAppendExecutionProvider: place(216, ['pointer', 'text', 'pointer', 'pointer', 'size'], 'status'),
} as const

type Values<Arguments extends readonly Kind[]> = { -readonly [I in keyof Arguments]: Kinds[Arguments[I]] }

/** A C function; `async` calls it on a thread of libuv's pool and reports on this one: see {@link OrtApi.later}. */
export interface NativeFunction<Arguments extends readonly Kind[], Result extends Kind> {
  (...args: Values<Arguments>): Kinds[Result]
  async(...args: [...Values<Arguments>, (error: unknown, result: Kinds[Result]) => void]): void
}

type Functions = {
  readonly [Name in keyof typeof table]: (typeof table)[Name] extends Place<infer Arguments, infer Result>
    ? NativeFunction<Arguments, Result>
    : never
}

/** The functions, and what every caller of them needs. */
export interface OrtApi extends Functions {
  /** The version of the library itself. */
  readonly version: string
  /** The address of some memory, which must stay referenced for as long as the address is in use. */
  address(memory: ArrayBufferView): bigint
  /** Throws ONNX Runtime's message if the status is not OK. */
  check(status: bigint | null): void
  /** Calls a function that writes one address to its last argument, and returns that address. */
  make(create: (out: BigUint64Array) => bigint | null): bigint
  /** Calls a function off this thread. Its arguments stay referenced until it returns; its status is checked. */
  later<Arguments extends readonly Kind[]>(
    call: NativeFunction<Arguments, 'status'>,
    ...args: Values<Arguments>
  ): Promise<void>
  /** Calls a function on this thread, and lets the event loop turn every {@link maxHoldMs}. */
  here: OrtApi['later']
}

/**
 * @param path of the shared library
 * @throws TweedieError `device` if it is not ONNX Runtime, is too old, or fails the self-test
 */
export function loadOrtApi(koffi: Koffi, path: string): OrtApi {
  const types: Record<Kind, string> = {
    pointer: 'void *',
    int: 'int',
    size: 'size_t',
    text: 'str',
    path: platform === 'win32' ? 'str16' : 'str',
    status: 'void *',
    nothing: 'void',
  }
  const callable = (pointer: bigint, args: readonly Kind[], result: Kind) => {
    const argumentTypes = args.map((kind) => types[kind])
    return koffi.decode(pointer, koffi.proto(types[result], argumentTypes))
  }

  // OrtApiBase { const OrtApi *GetApi(uint32_t version); const char *GetVersionString(); }
  const library = koffi.load(path)
  libraries.push(library)
  const base = library.func('OrtGetApiBase', 'void *', [])() as bigint
  const [getApi, getVersion] = koffi.decode(base, 'void *', 2) as [bigint, bigint]
  const version: string = callable(getVersion, [], 'text')()
  const api: bigint | null = callable(getApi, ['int'], 'pointer')(apiVersion)
  if (api === null) throw new TweedieError('device', `ONNX Runtime ${version} is too old; tweedie needs 1.22 or later`)

  const length = Math.max(...Object.values(table).map(({ index }) => index)) + 1
  const pointers = koffi.decode(api, 'void *', length) as bigint[]
  const functions = Object.fromEntries(
    Object.entries(table).map(([name, { index, args, result }]) => [name, callable(pointers[index]!, args, result)]),
  ) as unknown as Functions

  const check = (status: bigint | null): void => {
    if (status === null) return
    const message = functions.GetErrorMessage(status)
    functions.ReleaseStatus(status)
    throw new Error(message)
  }
  const make = (create: (out: BigUint64Array) => bigint | null): bigint => {
    const out = new BigUint64Array(1)
    check(create(out))
    return out[0]!
  }
  const later: OrtApi['later'] = (call, ...args) =>
    new Promise((resolve, reject) => {
      inUse.add(args)
      call.async(...args, (error, status) => {
        inUse.delete(args)
        try {
          if (error) throw error
          resolve(check(status))
        } catch (reason) {
          reject(reason)
        }
      })
    })
  let turned = performance.now()
  const here: OrtApi['here'] = async (call, ...args) => {
    if (performance.now() - turned > maxHoldMs) {
      await new Promise((resolve) => setImmediate(resolve))
      turned = performance.now()
    }
    check(call(...args))
  }
  const loaded: OrtApi = { ...functions, version, address: koffi.address, check, make, later, here }
  selfTest(loaded)
  return loaded
}

/** Open libraries: koffi closes one that nobody refers to any more, and decoded functions do not count. */
const libraries: unknown[] = []

/** The arguments of the calls under way on other threads. */
const inUse = new Set<unknown>()

/** Makes a status and a tensor and checks that their contents can be read back. */
function selfTest(api: OrtApi): void {
  const status = api.CreateStatus(6, 'tweedie')
  const code = api.GetErrorCode(status)
  const message = api.GetErrorMessage(status)
  api.ReleaseStatus(status)

  const data = new Float32Array(new ArrayBuffer(8))
  const memory = api.make((out) => api.CreateCpuMemoryInfo(1, 0, out))
  const value = api.make((out) =>
    api.CreateTensorWithDataAsOrtValue(memory, data, data.byteLength, BigInt64Array.of(2n), 1, 1, out),
  )
  const seen = api.make((out) => api.GetTensorMutableData(value, out))
  api.ReleaseValue(value)
  api.ReleaseMemoryInfo(memory)
  if (code !== 6 || message !== 'tweedie' || seen !== api.address(data)) {
    throw new TweedieError('device', `ONNX Runtime ${api.version} does not answer as expected through its C functions`)
  }
}

function place<const Arguments extends readonly Kind[], Result extends Kind>(
  index: number,
  args: Arguments,
  result: Result,
): Place<Arguments, Result> {
  return { index, args, result }
}
