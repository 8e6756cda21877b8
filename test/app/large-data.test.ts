/** Training on items that lie on disk: the same run as from memory, to the bit. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeData } from '../../src/app/node/describe-data.ts'
import { fit } from '../../src/app/node/fit.ts'
import { trainRun } from '../../src/app/node/train-run.ts'
import { shadesOf } from '../../src/families/flow/shades.ts'
import type { VaeModel } from '../../src/families/vae/model.ts'
import type { ArrayDataset } from '../../src/files/data/dataset.ts'
import { openSource } from '../../src/files/data/node/index.ts'
import { readCheckpoint } from '../../src/tools/train/node/run-folder.ts'

const root = mkdtempSync(join(tmpdir(), 'tweedie-large-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const [photos, cache] = [join(root, 'photos'), join(root, 'cache')]

beforeAll(async () => {
  for (const name of ['cats', 'dogs']) mkdirSync(join(photos, name), { recursive: true })
  for (let i = 0; i < 30; i++) {
    const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, p) => (p * (i + 3) + i * 31) % 256)
    const image = sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } })
    await image.png().toFile(join(photos, i % 3 ? 'cats' : 'dogs', `${i}.png`))
  }
})

const tiny = { batch: 4, widths: [8, 8], holdOut: 0.2, flip: true }

/** The losses and weights of a run, and how it went on. */
async function run(out: string, options: object, resume = false): Promise<{ losses: number[]; weights: Float32Array }> {
  const losses: number[] = []
  const request = { ...(resume ? { resume } : { data: photos }), out, options: { ...(resume ? {} : tiny), ...options } }
  for await (const event of trainRun(request)) if (event.type === 'step') losses.push(event.loss)
  return { losses, weights: (await readCheckpoint(join(out, 'checkpoint.safetensors')))!.state.params }
}

test('losses and weights are the same, and runs go on from one to the other', async () => {
  const [memory, disk] = [join(root, 'memory'), join(root, 'disk')]
  const a = await run(memory, { steps: 6, inMemory: true })
  const b = await run(disk, { steps: 6, dataCache: cache })
  expect(readdirSync(cache)).toHaveLength(1)
  expect(b).toEqual(a)
  const [c, d] = [
    await run(memory, { steps: 9, dataCache: cache }, true),
    await run(disk, { steps: 9, inMemory: true }, true),
  ]
  expect(d).toEqual(c)
  expect(c.losses).toHaveLength(3)
})

test('another family learns from disk as well', async () => {
  const small = { model: 'vae', widths: [8], steps: 2, batch: 4, seed: 3 }
  const [disk, memory] = [
    await fit<VaeModel>(photos, { ...small, dataCache: cache }),
    await fit<VaeModel>(photos, { ...small, inMemory: true }),
  ]
  expect(disk.weights).toEqual(memory.weights)
})

test('the shades of pictures are counted on disk', async () => {
  const [disk, memory] = await Promise.all(
    [{ dataCache: cache }, { inMemory: true }].map(async (how) => (await openSource({ path: photos }, how)).train),
  )
  expect(shadesOf(disk as ArrayDataset)).toBe(shadesOf(memory as ArrayDataset))
})

test('data are described from disk as from memory', async () => {
  const { facts } = await describeData({ path: photos }, { dataCache: cache })
  const { facts: expected } = await describeData({ path: photos }, { inMemory: true })
  expect({ ...facts, remarks: [] }).toEqual({ ...expected, remarks: [] })
  expect(facts['remarks']).toMatchObject([expect.stringMatching(/read from disk/)])
})
