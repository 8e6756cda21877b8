/** Averages that a run keeps, and what is made of them afterwards. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { averageRun } from '../../../src/app/node/average-run.ts'
import { trainRun } from '../../../src/app/node/train-run.ts'
import { readModelFolder } from '../../../src/files/io/node/model-folder.ts'
import { gapAt } from '../../../src/tools/train/node/kept-averages.ts'
import { readRun } from '../../../src/tools/train/node/run-folder.ts'

const place = mkdtempSync(join(tmpdir(), 'averages-'))
afterAll(() => rmSync(place, { recursive: true }))

const network = { className: 'MLP', config: { input_shape: [2], width: 8, layers: 1 } }

async function trained(name: string, options: Readonly<Record<string, unknown>>, steps = 160, resume = false) {
  const out = join(place, name)
  const asked = { batch: 8, network, optimizer: 'muon', learnedWeights: true, steps, ...options }
  for await (const _ of trainRun({ data: 'moons', out, resume, options: resume ? { steps } : asked, threads: 1 }))
    void _
  return out
}

async function weightsOf(folder: string): Promise<number[]> {
  return Array.from((await readModelFolder(folder)).weights.values(), ({ data }) => Array.from(data)).flat()
}

let run: string
beforeAll(async () => {
  run = await trained('kept', { keepAverages: 8 })
})

test('moments are apart by a gap that doubles', () => {
  expect([10, 160, 161, 320, 321].map((step) => gapAt(step, 8))).toEqual([10, 10, 20, 20, 40])
  expect(readdirSync(join(run, 'averages'))).toHaveLength(16)
})

describe('an average of another width', () => {
  test('is the run itself for its own width', async () => {
    const out = join(place, 'same')
    const { error, moments, steps } = await averageRun(run, { width: 0.1, out })
    expect([moments, steps]).toEqual([16, 160])
    expect(error).toBeLessThan(1e-4)
    const own = await weightsOf(run)
    ;(await weightsOf(out)).forEach((each, i) => expect(each).toBeCloseTo(own[i]!, 5))
  })

  test('is near the average that a run of that width has followed', async () => {
    const out = join(place, 'other')
    const { error } = await averageRun(run, { width: 0.15, out })
    expect(error).toBeLessThan(0.03)
    const [made, followed, own] = [
      await weightsOf(out),
      await weightsOf(await trained('wide', { emaWidth: 0.15 })),
      await weightsOf(run),
    ]
    const distance = (a: number[], b: number[]): number => Math.hypot(...a.map((each, i) => each - b[i]!))
    expect(distance(made, followed)).toBeLessThan(0.05 * distance(own, followed))
  })

  test('is refused where none were kept, and where a file is damaged', async () => {
    await expect(averageRun(join(place, 'wide'), { width: 0.1, out: join(place, 'no') })).rejects.toThrow(
      'kept no averages',
    )
    await expect(averageRun(run, { width: 0.1, out: run })).rejects.toThrow('exists')
    const path = join(run, 'averages', '00000010.safetensors')
    writeFileSync(path, 'nonsense')
    await expect(averageRun(run, { width: 0.1, out: join(place, 'no') })).rejects.toMatchObject({ code: 'model' })
    rmSync(path)
    await averageRun(run, { width: 0.1, out: join(place, 'without') })
  })
})

test('a resumed run keeps what an uninterrupted one does', async () => {
  await trained('stopped', { keepAverages: 8 }, 70)
  const [resumed, whole] = [await trained('stopped', {}, 140, true), await trained('whole', { keepAverages: 8 }, 140)]
  expect(readdirSync(join(resumed, 'averages'))).toEqual(readdirSync(join(whole, 'averages')))
  expect(Object.keys((await readRun(resumed)).checkpoint!.state.optimizer.slots)).toEqual(['m', 'v', 'second average'])
})
