/** Finds the shared library of ONNX Runtime: in the installed package, or where `TWEEDIE_ONNXRUNTIME` says. */
import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { arch, env, platform } from 'node:process'
import { TweedieError } from '../../../errors.ts'
import { binariesOf, findOrtPackage } from './ort-package.ts'
import { withoutTelemetry } from './telemetry.ts'

export interface OrtLibrary {
  readonly path: string
  /** The version of the package; of a library of the user's own, what tells it from another one. */
  readonly version: string
}

/** Names of the library: `libonnxruntime.so.1`, `libonnxruntime.1.dylib`, `onnxruntime.dll`. */
const libraryName = /^(lib)?onnxruntime\.(so|dll|[\d.]*dylib)/

/** @throws TweedieError `device` where the package or its library for this platform is missing */
export function findOrtLibrary(): OrtLibrary {
  withoutTelemetry()
  const own = env.TWEEDIE_ONNXRUNTIME
  if (own) return ownLibrary(own)
  const found = findOrtPackage()
  const folder = binariesOf(found)
  const path = libraryIn(folder)
  if (path !== undefined) return { path, version: found.version }
  throw new TweedieError('device', `${found.name} has no ONNX Runtime for ${platform}-${arch}: none is in ${folder}`, {
    hint: 'ONNX Runtime has builds for Linux, macOS (arm64) and Windows; a library of your own is named by TWEEDIE_ONNXRUNTIME',
  })
}

/** A library of the user's own, named as a file or by its folder: a build with CUDA has its providers beside it. */
function ownLibrary(place: string): OrtLibrary {
  try {
    const path = statSync(place).isDirectory() ? libraryIn(place) : place
    if (path === undefined) throw new Error(`there is no library of ONNX Runtime in ${place}`)
    const { size, mtimeMs } = statSync(path)
    return { path, version: `${size}-${Math.floor(mtimeMs)}` }
  } catch (cause) {
    throw new TweedieError('device', `TWEEDIE_ONNXRUNTIME: ${(cause as Error).message}`, {
      hint: 'name the shared library of ONNX Runtime, or the folder that it is in',
      cause,
    })
  }
}

function libraryIn(folder: string): string | undefined {
  try {
    const file = readdirSync(folder).find((name) => libraryName.test(name))
    return file === undefined ? undefined : join(folder, file)
  } catch {
    return undefined
  }
}

/** The folder of the library, where its providers lie. */
export function providersFolder(): string {
  return dirname(findOrtLibrary().path)
}
