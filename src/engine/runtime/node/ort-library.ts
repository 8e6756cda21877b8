/** Finds the shared library of ONNX Runtime inside the installed `onnxruntime-node` package. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { arch, platform } from 'node:process'
import { TweedieError } from '../../../errors.ts'
import { withoutTelemetry } from './telemetry.ts'

export interface OrtLibrary {
  readonly path: string
  /** The version of the package. */
  readonly version: string
}

/** @throws TweedieError `device` where the package or its library for this platform is missing */
export function findOrtLibrary(): OrtLibrary {
  withoutTelemetry()
  try {
    const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json')
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
    const folder = join(dirname(manifest), 'bin', 'napi-v6', platform, arch)
    const file = readdirSync(folder).find((name) => /^(lib)?onnxruntime\.(so|dll|[\d.]*dylib)/.test(name))
    if (file === undefined) throw new Error(`there is no ONNX Runtime library in ${folder}`)
    return { path: join(folder, file), version }
  } catch (cause) {
    throw new TweedieError('device', `ONNX Runtime was not found for ${platform}-${arch}: ${String(cause)}`, {
      hint: 'npm install onnxruntime-node; it has linux, macOS (arm64) and Windows builds',
      cause,
    })
  }
}
