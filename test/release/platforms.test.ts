/** The packages that are published: what of ONNX Runtime goes where, and what the manifests say. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ortPackages } from '../../src/engine/runtime/node/ort-package.ts'
import manifest from '../../package.json' with { type: 'json' }
import { filesOf, packageName, platformManifest, platformsOf, publishedManifest } from '../../release/platforms.ts'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-platforms-'))
const runtime = {
  version: '1.99.0',
  license: 'MIT',
  dependencies: { 'onnxruntime-common': '1.99.0', 'adm-zip': '^0.6.0' },
}

beforeAll(() => {
  const files = {
    'darwin/arm64/libonnxruntime.1.99.0.dylib': 'library of a Mac',
    'darwin/arm64/libonnxruntime.1.dylib': 'library of a Mac',
    'darwin/arm64/onnxruntime_binding.node': 'addon of a Mac',
    'linux/x64/libonnxruntime.so.1': 'library',
    'linux/x64/onnxruntime_binding.node': 'addon',
    'win32/x64/DirectML.dll': 'unused',
    'win32/x64/dxil.dll': 'for WebGPU',
    'win32/x64/onnxruntime.dll': 'library of Windows',
  }
  for (const [file, content] of Object.entries(files)) {
    const path = join(folder, 'bin/napi-v6', file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

test('every platform has the files that are loaded there, each once', () => {
  const found = platformsOf(folder).map((platform) => [
    packageName(platform),
    filesOf(folder, platform)
      .map((file) => file.replace(/^.*[/\\]/, ''))
      .toSorted(),
  ])
  expect(Object.fromEntries(found)).toEqual({
    '@tweedie/onnxruntime-darwin-arm64': ['libonnxruntime.1.dylib', 'onnxruntime_binding.node'],
    '@tweedie/onnxruntime-linux-x64': ['libonnxruntime.so.1', 'onnxruntime_binding.node'],
    '@tweedie/onnxruntime-win32-x64': ['dxil.dll', 'onnxruntime.dll'],
  })
})

test('a package of a platform is installed there alone, runs no script and needs what the addon needs', () => {
  const linux = platformManifest({ os: 'linux', cpu: 'x64' }, runtime)
  expect(linux).toMatchObject({ version: '1.99.0', license: 'MIT', os: ['linux'], cpu: ['x64'], libc: ['glibc'] })
  expect(linux['dependencies']).toEqual({ 'onnxruntime-common': '1.99.0' })
  expect(linux).not.toHaveProperty('scripts')
  expect(platformManifest({ os: 'win32', cpu: 'x64' }, runtime)).not.toHaveProperty('libc')
})

test('what is published depends on the platforms in place of all, and else on the same', () => {
  const published = publishedManifest(manifest, platformsOf(folder), runtime)
  const { 'onnxruntime-node': _, ...others } = manifest.dependencies
  expect(published['dependencies']).toEqual(others)
  expect(published['optionalDependencies']).toEqual({
    ...manifest.optionalDependencies,
    '@tweedie/onnxruntime-darwin-arm64': '1.99.0',
    '@tweedie/onnxruntime-linux-x64': '1.99.0',
    '@tweedie/onnxruntime-win32-x64': '1.99.0',
  })
  expect(published).not.toHaveProperty('devDependencies')
  expect(published['exports']).toEqual(manifest.exports)
  expect(published['bin']).toEqual(manifest.bin)
})

test('the engine looks for the package of its platform by this name, before any other', () => {
  const [first, ...rest] = ortPackages
  expect(first).toBe(packageName({ os: process.platform, cpu: process.arch }))
  expect(rest).toEqual(['onnxruntime-node'])
})
