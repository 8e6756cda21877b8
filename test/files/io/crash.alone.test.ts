/** Every crash that there can be: the file system stops, for good, at its first, second, third … change. */
import type * as Fs from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ModelFolderInput } from '../../../src/files/io/model-folder.ts'
import { writeFileAtomic } from '../../../src/files/io/node/files.ts'
import { readModelFolder, writeModelFolder } from '../../../src/files/io/node/model-folder.ts'

/** How many changes are still granted; none are after a crash. */
const power = vi.hoisted(() => ({ left: Infinity }))

vi.mock('node:fs/promises', async (importOriginal) => {
  const fs = await importOriginal<typeof Fs>()
  const spend = (): void => {
    if (--power.left < 0) throw new Error('power cut')
  }
  const change =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      spend()
      return call(...args)
    }
  const open = async (path: string, flags: string): Promise<Fs.FileHandle> => {
    if (flags !== 'r') spend()
    const file = await fs.open(path, flags)
    // A power cut while a file is written leaves half of it. Nothing here really loses power, so nothing is synced.
    const writeFile = async (content: string | Uint8Array): Promise<void> => {
      const bytes = Buffer.from(content as Uint8Array)
      if (power.left < 1) await file.write(bytes.subarray(0, bytes.length / 2))
      spend()
      await file.write(bytes)
    }
    return new Proxy(file, {
      get: (_, name) => {
        if (name === 'writeFile') return writeFile
        if (name === 'sync') return async () => undefined
        const member: unknown = Reflect.get(file, name)
        return typeof member === 'function' ? (member.bind(file) as unknown) : member
      },
    })
  }
  const { mkdir, mkdtemp, rename, rm } = fs
  return { ...fs, open, mkdir: change(mkdir), mkdtemp: change(mkdtemp), rename: change(rename), rm: change(rm) }
})

const fs = await vi.importActual<typeof Fs>('node:fs/promises')
let root = ''
beforeAll(async () => {
  root = await fs.mkdtemp(join(tmpdir(), 'tweedie-crash-'))
})
afterAll(() => fs.rm(root, { recursive: true }))

/** Runs with so many changes granted; says whether they were enough. */
async function withPower(changes: number, run: () => Promise<unknown>): Promise<boolean> {
  power.left = changes
  const finished = await run().then(
    () => true,
    (error: Error) => {
      expect(error.message).toContain('power cut')
      return false
    },
  )
  power.left = Infinity
  return finished
}

/** A model of which every file says `version`. */
const model = (version: number): ModelFolderInput => ({
  network: {
    className: 'UNet2DModel',
    config: {
      sample_size: 4,
      layers_per_block: version,
      block_out_channels: [4],
      down_block_types: ['DownBlock2D'],
      up_block_types: ['UpBlock2D'],
      norm_num_groups: 4,
      attention_head_dim: 4,
    },
  },
  weights: new Map([['w', { shape: [1], data: new Float32Array([version]) }]]),
  scheduler: { _class_name: 'DDPMScheduler', num_train_timesteps: version },
  meta: {
    data: { name: 'x', kind: 'image', shape: [3, 4, 4] },
    objective: { parametrisation: 'v' },
    training: { version },
  },
})

/** The version that all files of a folder agree on. */
async function versionOf(path: string): Promise<number> {
  const { network, weights, scheduler, meta } = await readModelFolder(path)
  const versions = [
    network.config['layers_per_block'],
    weights.get('w')!.data[0],
    scheduler!.num_train_timesteps,
    meta.training['version'],
  ]
  expect(new Set(versions).size).toBe(1)
  return versions[0] as number
}

describe('a power cut', () => {
  test('at any change of an atomic write leaves the old file or the new', async () => {
    const path = join(root, 'file')
    const seen: string[] = []
    for (let changes = 0, finished = false; !finished; changes++) {
      await writeFileAtomic(path, 'old content')
      finished = await withPower(changes, () => writeFileAtomic(path, 'new content'))
      seen.push(await fs.readFile(path, 'utf8'))
    }
    expect(seen).toEqual(['old content', 'old content', 'old content', 'new content'])
  })

  test('at any change of a save leaves the old model or the new one, and the next save works', async () => {
    const seen: number[] = []
    for (let changes = 0, finished = false; !finished; changes++) {
      const path = join(root, `model-${changes}`)
      await writeModelFolder(path, model(1))
      finished = await withPower(changes, () => writeModelFolder(path, model(2)))
      seen.push(await versionOf(path))
      // A second crash, in the save that has to clean up after the first, does no harm either.
      await withPower(changes % 7, () => writeModelFolder(path, model(3)))
      expect([seen.at(-1), 3]).toContain(await versionOf(path))
      await writeModelFolder(path, model(4))
      expect(await versionOf(path)).toBe(4)
      expect((await fs.readdir(path)).filter((name) => name.startsWith('.'))).toEqual([])
    }
    expect(seen.length).toBeGreaterThan(20)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect([seen[0], seen.at(-1)]).toEqual([1, 2])
  })

  test('during the first save leaves no model, or the whole of it', async () => {
    for (let changes = 0, finished = false; !finished; changes++) {
      const path = join(root, `first-${changes}`)
      finished = await withPower(changes, () => writeModelFolder(path, model(1)))
      const outcome = await versionOf(path).catch((error: Error) => error.message)
      expect(outcome === 1 || String(outcome).endsWith('model_index.json: no such file')).toBe(true)
    }
  })
})
