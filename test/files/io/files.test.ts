import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isTweedieError } from '../../../src/errors.ts'
import {
  createRunFolder,
  readJson,
  readSafetensorsFile,
  writeFileAtomic,
  writeJsonAtomic,
} from '../../../src/files/io/node/files.ts'
import { writeSafetensors } from '../../../src/files/io/safetensors.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tweedie-files-'))
})
afterAll(() => rm(folder, { recursive: true }))
const failure = async (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.unreachable('should have failed'),
    (error: Error) => error,
  )

describe('atomic writes', () => {
  test('replace a file and leave nothing else behind', async () => {
    const path = join(folder, 'a.txt')
    await writeFileAtomic(path, 'one')
    await writeFileAtomic(path, 'two')
    expect(await readFile(path, 'utf8')).toBe('two')
    expect((await readdir(folder)).filter((name) => name.includes('a.txt'))).toEqual(['a.txt'])
  })

  test('a write that fails leaves the old content and no temporary file', async () => {
    const path = join(folder, 'b')
    await createRunFolder(join(path, 'sub'))
    await expect(writeFileAtomic(path, 'cannot replace a folder')).rejects.toThrow()
    expect((await readdir(folder)).filter((name) => name.includes('b.'))).toEqual([])
  })

  test('a process killed at any moment of writing leaves a whole file', async () => {
    const path = join(folder, 'killed.safetensors')
    const script = join(folder, 'writer.mts')
    const root = new URL('../../../', import.meta.url)
    await writeFile(
      script,
      `import { writeFileAtomic } from ${JSON.stringify(new URL('src/files/io/node/files.ts', root).href)}
       import { writeSafetensors } from ${JSON.stringify(new URL('src/files/io/safetensors.ts', root).href)}
       for (let step = 0; ; step++) {
         const data = new Float32Array(50_000 + 1000 * (step % 7)).fill(step)
         await writeFileAtomic(${JSON.stringify(path)}, writeSafetensors({ w: { shape: [data.length], data } }))
         if (step === 0) process.stdout.write('ready')
       }`,
    )
    let last = 0
    for (let round = 0; round < 10; round++) {
      const child = spawn(process.execPath, [
        '--import',
        new URL('node_modules/tsx/dist/loader.mjs', root).href,
        script,
      ])
      const exit = once(child, 'exit')
      const started = await Promise.race([once(child.stdout, 'data'), exit])
      expect(String(started[0])).toBe('ready')
      await setTimeout(3 + 17 * Math.random())
      child.kill('SIGKILL')
      await exit
      const { data } = (await readSafetensorsFile(path)).tensors.get('w')!
      expect(data.length).toBe(50_000 + 1000 * (Number(data[0]) % 7))
      expect(new Set(data as Float32Array).size).toBe(1)
      last = Math.max(last, Number(data[0]))
    }
    expect(last).toBeGreaterThan(0)
  })
})

describe('safetensors files', () => {
  test('are read as they are written', async () => {
    const path = join(folder, 'w.safetensors')
    await writeFileAtomic(path, writeSafetensors({ w: { shape: [2, 1], data: new Float32Array([1, 2]) } }, { a: 'b' }))
    const { tensors, metadata } = await readSafetensorsFile(path)
    expect(metadata).toEqual({ a: 'b' })
    expect(tensors.get('w')).toEqual({ dtype: 'F32', shape: [2, 1], data: new Float32Array([1, 2]) })
  })

  test('that are cut short, lie about their header or are missing are model errors with their path', async () => {
    const path = join(folder, 'cut.safetensors')
    const bytes = writeSafetensors({ w: { shape: [2], data: new Float32Array([1, 2]) } })
    for (let length = bytes.length - 1; length >= 0; length -= 9) {
      await writeFileAtomic(path, bytes)
      await truncate(path, length)
      const error = await failure(readSafetensorsFile(path))
      expect(isTweedieError(error, 'model') && error.message.startsWith(path)).toBe(true)
    }
    // A header of 2^40 bytes must be refused before anyone allocates it.
    await writeFileAtomic(path, new Uint8Array([0, 0, 0, 0, 0, 1, 0, 0, 0x7b, 0x7d]))
    expect((await failure(readSafetensorsFile(path))).message).toContain('claims 1099511627776 bytes')
    const missing = await failure(readSafetensorsFile(join(folder, 'none')))
    expect(isTweedieError(missing, 'model') && missing.message).toContain('no such file')
    expect(isTweedieError(await failure(readSafetensorsFile(folder)), 'model')).toBe(true)
  })

  const golden = join('..', 'shared', 'golden', 'ddpm-rgb16')
  test.skipIf(!existsSync(golden))('written by Python are read', async () => {
    const { tensors, metadata } = await readSafetensorsFile(join(golden, 'unet', 'diffusion_pytorch_model.safetensors'))
    expect(metadata).toEqual({ format: 'pt' })
    expect(tensors.size).toBe(144)
    expect(tensors.get('conv_in.weight')!.shape).toEqual([32, 3, 3, 3])
    const reference = await readSafetensorsFile(join(golden, 'reference.safetensors'))
    expect(reference.tensors.get('ddim_timesteps')!.data[0]).toBe(900n)
    expect(reference.tensors.get('alphas_cumprod')!.data[0]).toBeCloseTo(1 - 1e-4, 7)
  })
})

describe('JSON and run folders', () => {
  test('JSON comes back; what is not JSON is an error of the given code', async () => {
    const path = join(folder, 'x.json')
    await writeJsonAtomic(path, { a: [1, 'é'] })
    expect(await readJson(path)).toEqual({ a: [1, 'é'] })
    await writeFileAtomic(path, '{"a":')
    expect(isTweedieError(await failure(readJson(path, 'model')), 'model')).toBe(true)
    expect(isTweedieError(await failure(readJson(join(folder, 'none'))), 'data')).toBe(true)
  })

  test('a run folder is made with its parents, and one that is in use is refused', async () => {
    const path = join(folder, 'runs', 'deep', 'one')
    await createRunFolder(path)
    await createRunFolder(path)
    await writeFileAtomic(join(path, 'log'), 'kept')
    const error = await failure(createRunFolder(path))
    expect(isTweedieError(error, 'exists') && error.hint).toMatch(/--resume.*--force/)
    await createRunFolder(path, { force: true })
    expect(await readFile(join(path, 'log'), 'utf8')).toBe('kept')
    expect(isTweedieError(await failure(createRunFolder(join(path, 'log'), { force: true })), 'exists')).toBe(true)
  })
})
