/** Which installed package ONNX Runtime comes from, what of it is for other platforms, and what is said where there is none. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { findOrtLibrary } from '../../../src/engine/runtime/node/ort-library.ts'
import { findOrtPackage, ortPackages, otherPlatforms } from '../../../src/engine/runtime/node/ort-package.ts'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-ort-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.unstubAllEnvs())

/** Resolves manifests of these packages, and of no others. */
function installed(...names: readonly string[]): (name: string) => string {
  for (const [i, name] of names.entries()) {
    mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, name, 'package.json'), JSON.stringify({ version: `1.${i}.0` }))
  }
  return (name) => {
    if (names.includes(name)) return join(folder, name, 'package.json')
    throw new Error(`no ${name}`)
  }
}

const [ours, all] = ortPackages as [string, string]

test('the package of this platform comes before that of all platforms', () => {
  expect(findOrtPackage(installed(all, ours))).toMatchObject({ name: ours, version: '1.1.0' })
  expect(findOrtPackage(installed(all))).toMatchObject({ name: all, folder: join(folder, all) })
})

test('where there is none, the error names both and says what to install', () => {
  const failing = (): unknown => findOrtPackage(installed())
  expect(failing).toThrow(expect.objectContaining({ code: 'device', hint: expect.stringContaining('npm install') }))
  expect(failing).toThrow(`${ours} and no ${all}`)
})

test('files of other platforms are counted, and those of this one are not', () => {
  const root = join(folder, 'counted')
  const other = process.platform === 'win32' ? 'linux' : 'win32'
  for (const [place, bytes] of [
    [`${process.platform}/${process.arch}`, 5],
    [`${process.platform}/mips`, 7],
    [`${other}/x64`, 11],
  ] as const) {
    mkdirSync(join(root, 'bin/napi-v6', place), { recursive: true })
    writeFileSync(join(root, 'bin/napi-v6', place, 'library'), 'x'.repeat(bytes))
  }
  const found = otherPlatforms({ name: all, version: '1', folder: root })!
  expect(found.bytes).toBe(18)
  expect(found.folders).toEqual([join(root, 'bin/napi-v6', other), join(root, 'bin/napi-v6', process.platform, 'mips')])
})

test('a library of the user’s own is taken by its folder; a folder without one is refused', () => {
  const own = join(folder, 'own')
  mkdirSync(own)
  vi.stubEnv('TWEEDIE_ONNXRUNTIME', own)
  expect(findOrtLibrary).toThrow(expect.objectContaining({ code: 'device', message: expect.stringContaining(own) }))
  writeFileSync(join(own, 'libonnxruntime.so.1.99.0'), 'a library')
  expect(findOrtLibrary().path).toBe(join(own, 'libonnxruntime.so.1.99.0'))
})
