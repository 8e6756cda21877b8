/** What the operating system refuses, as errors of ours. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { failureOf } from '../src/cli/failure.ts'
import { TweedieError } from '../src/errors.ts'
import { writeFileAtomic } from '../src/files/io/node/files.ts'
import { writeFolder } from '../src/files/io/node/model-folder.ts'
import { isSystemFault, systemError } from '../src/system-error.ts'
import { cached, memoryStore } from '../src/tools/eval/store.ts'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const fault = (code: string, syscall = 'write'): Error =>
  Object.assign(new Error(`${code}: raw`), { code, syscall, path: '/there' })

describe('an error of the system', () => {
  test.each([
    ['ENOSPC', 'system', 1, 'no space left on the disk'],
    ['EMFILE', 'system', 1, 'too many files are open'],
    ['EROFS', 'usage', 2, 'can only be read'],
    ['EACCES', 'usage', 2, 'permission denied'],
    ['ENAMETOOLONG', 'usage', 2, 'the name is too long'],
    ['ELOOP', 'usage', 2, 'in a circle'],
  ])('%s says what, where and how to mend it', (code, ours, status, says) => {
    const error = systemError(fault(code), { path: 'out.png' }) as TweedieError
    expect(error).toMatchObject({ code: ours, message: expect.stringMatching(new RegExp(`^out.png: .*${says}`)) })
    expect(error.hint).toBeTruthy()
    expect(failureOf(error).status).toBe(status)
    // nobody caught it
    expect(failureOf(fault(code))).toMatchObject({ message: expect.stringContaining(says), status: 1 })
  })

  test('of something that is read is the fault of what was read, unless the machine is at fault', () => {
    expect(systemError(fault('EACCES', 'open'), { path: 'x', code: 'data', doing: 'read' })).toMatchObject({
      code: 'data',
    })
    expect(systemError(fault('EMFILE', 'open'), { path: 'x', code: 'data', doing: 'read' })).toMatchObject({
      code: 'system',
    })
  })

  test('other errors stay what they are', () => {
    const other = new TypeError('x')
    expect(systemError(other, { path: 'x' })).toBe(other)
    expect(isSystemFault(Object.assign(new Error('x'), { code: 'ECONNREFUSED', syscall: 'connect' }))).toBe(false)
  })

  test('behind another one while tidying up: the first is reported', () => {
    const first = new TweedieError('data', 'the first')
    const both = Object.assign(new Error('An error was suppressed during disposal'), {
      error: fault('EIO'),
      suppressed: first,
    })
    expect(failureOf(both)).toMatchObject({ message: 'the first', status: 3 })
  })
})

test('writing: a folder in the place of a file, a file in the place of a folder, a name that is too long', async () => {
  mkdirSync(join(folder, 'is-folder', 'inner'), { recursive: true })
  writeFileSync(join(folder, 'is-file'), 'x')
  for (const path of ['is-folder', 'is-file/x', 'none/x', 'n'.repeat(300)]) {
    await expect(writeFileAtomic(join(folder, path), 'x')).rejects.toMatchObject({
      name: 'TweedieError',
      code: 'usage',
    })
  }
  await writeFileAtomic(join(folder, 'n'.repeat(240)), 'long names are possible')
})

test('symbolic links in a folder that is written are replaced, and nothing is written elsewhere', async () => {
  const [elsewhere, model] = [join(folder, 'elsewhere'), join(folder, 'model')]
  for (const each of [elsewhere, model]) mkdirSync(each)
  writeFileSync(join(elsewhere, 'config.json'), 'theirs')
  symlinkSync(elsewhere, join(model, 'unet'))
  symlinkSync(join(elsewhere, 'config.json'), join(model, 'tweedie.json'))
  symlinkSync(elsewhere, join(model, '.saved'))
  const ours = new TextEncoder().encode('ours')
  await writeFolder(
    model,
    new Map([
      ['unet/config.json', ours],
      ['tweedie.json', ours],
    ]),
  )
  expect(readFileSync(join(elsewhere, 'config.json'), 'utf8')).toBe('theirs')
  for (const name of ['unet/config.json', 'tweedie.json']) expect(readFileSync(join(model, name), 'utf8')).toBe('ours')
})

test('a stored result of which any bit is changed is computed again, and a store that cannot be written changes nothing', async () => {
  const codec = { encode: (value: number) => Uint8Array.of(value), decode: async (bytes: Uint8Array) => bytes[0]! }
  const store = memoryStore()
  expect(await cached(store, 'x', codec, async () => 7)).toBe(7)
  expect(await cached(store, 'x', codec, async () => 8)).toBe(7)
  const bytes = (await store.read('x'))!
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice()
    changed[at]! ^= 1 << (at % 8)
    await store.write('x', changed)
    expect(await cached(store, 'x', codec, async () => 9)).toBe(9)
  }
  const full = { read: store.read, write: async () => Promise.reject(new TweedieError('system', 'full')) }
  expect(await cached(full, 'y', codec, async () => 5)).toBe(5)
})
