/** Files that the system maps. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { isMapped, mapFile, releasePages } from '../../../src/engine/runtime/node/map-file.ts'
import { readLargeBytes } from '../../../src/files/io/node/files.ts'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-map-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'file')
const content = Uint8Array.from({ length: 100_001 }, (_, i) => i % 251)
writeFileSync(path, content)

test('a mapped file is its bytes, before and after its pages are given back', async () => {
  const bytes = await mapFile(path)
  if (bytes === undefined) return expect(['linux', 'darwin']).not.toContain(process.platform)
  expect(isMapped(bytes.buffer)).toBe(true)
  expect(Buffer.compare(bytes, content)).toBe(0)
  releasePages([bytes.buffer, new ArrayBuffer(8)])
  expect(Buffer.compare(bytes, content)).toBe(0)
})

test('what is written to it stays in the program', async () => {
  const bytes = await mapFile(path)
  if (bytes === undefined) return
  bytes[0] = 77
  expect((await mapFile(path))![0]).toBe(content[0])
})

test('no file, an empty one, a replaced one', async () => {
  await expect(mapFile(join(folder, 'none'))).rejects.toThrow('ENOENT')
  expect(await readLargeBytes(join(folder, 'none'), 'model')).toBeUndefined()
  const other = join(folder, 'other')
  writeFileSync(other, '')
  expect(await mapFile(other)).toBeUndefined()
  const before = await mapFile(path)
  rmSync(path)
  writeFileSync(path, Uint8Array.of(1, 2))
  if (before) expect(Buffer.compare(before, content)).toBe(0)
})
