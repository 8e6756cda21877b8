/** Runs that were begun when sizes of pictures were chosen by other rules go on with the data that they had. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, expect, test } from 'vitest'
import { trainRun } from '../../src/app/node/train-run.ts'
import type { TrainRequest } from '../../src/app/node/prepared-run.ts'

const root = mkdtempSync(join(tmpdir(), 'tweedie-before-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

async function last(request: TrainRequest): Promise<unknown> {
  let event: unknown
  for await (event of trainRun(request));
  return event
}

test('a record without a size is opened at the size of its model', async () => {
  const data = join(root, 'set')
  mkdirSync(data)
  for (let i = 0; i < 4; i++) {
    const pixels = Uint8Array.from({ length: 144 }, (_, p) => (p * (i + 3)) % 256)
    await sharp(pixels, { raw: { width: 12, height: 12, channels: 1 } })
      .png()
      .toFile(join(data, `${i}.png`))
  }
  const out = join(root, 'run')
  const options = { size: 8, steps: 1, widths: [8], batch: 2 }
  await last({ data, out, options })
  const path = join(out, 'train.json')
  const record = JSON.parse(readFileSync(path, 'utf8')) as { data: object; options?: unknown }
  const { size: _, ...before } = record.data as { size: number }
  delete record.options
  writeFileSync(path, JSON.stringify({ ...record, data: before }))
  expect(await last({ out, resume: true, options: { steps: 2 } })).toMatchObject({ type: 'end' })
  // other pictures are still refused
  rmSync(join(data, '3.png'))
  await expect(last({ out, resume: true, options: { steps: 3 } })).rejects.toThrow(
    /not the data that the run was started/,
  )
})
